//! The certificates that TLS clients trust.
//!
//! The trust anchors of Mozilla's root program are compiled in, because parsing the system certificates takes most of the CPU
//! time of a startup. A setting that names files replaces them. Without such a setting, the system certificates are read when
//! the issuer of a server certificate is unknown, so that a build that is years old can still connect.

mod files;
mod verifier;

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};

use self::verifier::Verifier;
use crate::settings::{SettingError, Settings};

/// Reports that the system certificates are trusted from now on, because the issuer of a server certificate is not compiled
/// in. The value is their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemTrusted(pub usize);

/// Returns a client configuration.
///
/// `bundle` is a setting that takes precedence over `SSL_CERT_FILE` and `SSL_CERT_DIR`. `report` is called at most once.
///
/// # Errors
/// A setting names files that cannot be read or contain no certificate.
pub fn config(
    settings: &Settings<'_>,
    bundle: Option<&'static str>,
    report: impl Fn(SystemTrusted) + Send + Sync + 'static,
) -> Result<ClientConfig, SettingError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(|_| unusable())?;
    if let Some(roots) = files::roots(settings, bundle)? {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let built_in = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let read_system = move || {
        let mut roots = RootCertStore::empty();
        let (valid, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        report(SystemTrusted(valid));
        roots
    };
    let verifier = Verifier::new(verifier_of(built_in, &provider).ok_or_else(unusable)?, read_system, provider);
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// Returns a verifier that trusts these roots, or `None` if there are none.
fn verifier_of(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()
}

/// Returns an error that cannot occur: ring has cipher suites for every version of TLS, and the compiled-in set is not empty.
fn unusable() -> SettingError {
    SettingError::new("TLS", "has no cipher suite or no trust anchor in this build")
}

#[cfg(test)]
mod tests;
