//! The flags `--insecure` and `--cacert`: which server certificates are accepted.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::{Certificate, ClientBuilder};

/// The flags that change which certificates are accepted.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TrustArgs {
    /// Accept any certificate from the server; only for tests on your own machine
    #[arg(long, conflicts_with = "cacert")]
    insecure: bool,

    /// Also accept certificates issued by the certificates in this PEM file, such as the root certificate of mkcert
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
}

impl TrustArgs {
    /// Returns whether a flag is set.
    pub(crate) fn is_special(&self) -> bool {
        self.insecure || self.cacert.is_some()
    }

    /// Configures a client to accept these certificates.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or has no certificate.
    pub(crate) fn apply(&self, client: ClientBuilder) -> anyhow::Result<ClientBuilder> {
        if self.insecure {
            return Ok(client.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true));
        }
        let Some(file) = &self.cacert else { return Ok(client) };
        let wrong = || format!("--cacert: {} is not a PEM file with certificates", file.display());
        let certificates = Certificate::from_pem_bundle(&std::fs::read(file).with_context(wrong)?).with_context(wrong)?;
        if certificates.is_empty() {
            bail!(wrong());
        }
        Ok(client.tls_certs_merge(certificates))
    }
}
