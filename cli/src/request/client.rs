//! The HTTP client that sends requests, and its errors.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, anyhow};
use reqwest::{Client, Response, Url, redirect};
use serde::{Serialize, Serializer};

use super::address::is_loopback;
use super::trust::TrustArgs;
use crate::network::Failure;
use crate::terminal::program;

/// The timeout of a request. No gateway takes longer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a request got no response. The text does not contain the URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NoAnswer {
    /// A network error.
    Network(Failure),
    /// Another error.
    Other(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(failure) => failure.fmt(out),
            Self::Other(cause) => out.write_str(cause),
        }
    }
}

impl Error for NoAnswer {}

impl Serialize for NoAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        match Failure::of(&error) {
            Some(failure) => Self::Network(failure),
            None => Self::Other(anyhow::Error::from(error).root_cause().to_string()),
        }
    }
}

/// Creates a client for a URL that keeps up to `connections` connections open.
///
/// # Errors
/// Returns an error if TLS cannot be set up, or if the certificates of `--cacert` cannot be read.
pub(crate) fn client(url: &Url, connections: usize, trust: &TrustArgs) -> anyhow::Result<Client> {
    // Fails only if a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT).pool_max_idle_per_host(connections);
    // Plain HTTP must also work on a machine without root certificates.
    let client = match trust.config()? {
        Some(tls) => client.tls_backend_preconfigured(tls),
        None if url.scheme() == "http" => client.tls_certs_only([]),
        None => client,
    };
    // A proxy cannot reach this machine's loopback address.
    let client = if is_loopback(url) { client.no_proxy() } else { client };
    client.build().context("cannot set up TLS; are the system's root certificates installed?")
}

/// The maximum number of bytes read of a response, because a server can send one that never ends.
pub(crate) const MAX_ANSWER: usize = 64 * 1024;

/// Returns the first [`MAX_ANSWER`] bytes of a response body, and whether the body is longer.
///
/// # Errors
/// Returns an error if the connection breaks.
pub(crate) async fn beginning(mut response: Response) -> Result<(Vec<u8>, bool), NoAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            body.truncate(MAX_ANSWER);
            return Ok((body, true));
        }
    }
    Ok((body, false))
}

/// Returns the error for a URL that does not respond, with what to try.
pub(crate) fn unreachable(url: &Url, cause: &NoAnswer) -> anyhow::Error {
    let hint = match cause {
        NoAnswer::Network(failure) if is_loopback(url) && failure.is_connection() => {
            format!("is `{} dev` running, and is the port correct?", program())
        }
        NoAnswer::Network(failure) => failure.advice.to_owned(),
        NoAnswer::Other(_) => "is the URL in --to correct?".to_owned(),
    };
    anyhow!("no response from {} ({cause}); {hint}", url.origin().ascii_serialization())
}
