//! The HTTP client of the tests.

use reqwest::Client;

use crate::gateway::PATIENCE;

/// Returns a client for the gateway. The time of each request is limited.
pub(crate) fn client() -> Client {
    // Fails only if a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE).build().expect("a client")
}
