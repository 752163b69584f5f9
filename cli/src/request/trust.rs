//! Which certificates of a receiver are accepted: `--insecure` and `--cacert`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::{Certificate, ClientBuilder};

/// The flags.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TrustArgs {
    /// Accept every certificate of the receiver, as for a test on your own machine
    #[arg(long, conflicts_with = "cacert")]
    insecure: bool,

    /// Accept also certificates issued by those in this file (PEM), as those of mkcert
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
}

impl TrustArgs {
    /// Whether something else is accepted than by default.
    pub(crate) fn is_special(&self) -> bool {
        self.insecure || self.cacert.is_some()
    }

    /// A client that accepts that.
    ///
    /// # Errors
    /// The file has no certificate.
    pub(crate) fn apply(&self, client: ClientBuilder) -> anyhow::Result<ClientBuilder> {
        if self.insecure {
            return Ok(client.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true));
        }
        let Some(file) = &self.cacert else { return Ok(client) };
        let wrong = || format!("--cacert: {} is not a file with certificates in PEM", file.display());
        let certificates = Certificate::from_pem_bundle(&std::fs::read(file).with_context(wrong)?).with_context(wrong)?;
        if certificates.is_empty() {
            bail!(wrong());
        }
        Ok(client.tls_certs_merge(certificates))
    }
}
