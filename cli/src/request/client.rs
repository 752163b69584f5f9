//! The HTTP client that sends requests, and why there is no answer.

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

/// No gateway holds a request for longer than this.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why there is no answer, without the URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NoAnswer {
    /// A step of the way there or back failed.
    Network(Failure),
    /// Something else.
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

/// A client that can hold so many connections to that URL.
///
/// # Errors
/// TLS cannot be set up, or the certificates that are to be trusted cannot be read.
pub(crate) fn client(url: &Url, connections: usize, trust: &TrustArgs) -> anyhow::Result<Client> {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT).pool_max_idle_per_host(connections);
    // Plain HTTP works on a machine without root certificates too.
    let client = match trust.config()? {
        Some(tls) => client.tls_backend_preconfigured(tls),
        None if url.scheme() == "http" => client.tls_certs_only([]),
        None => client,
    };
    // A proxy cannot reach this machine's loopback address.
    let client = if is_loopback(url) { client.no_proxy() } else { client };
    client.build().context("cannot set up TLS; are the system's root certificates installed?")
}

/// How much of an answer is read: who answers may never end.
pub(crate) const MAX_ANSWER: usize = 64 * 1024;

/// Returns the beginning of an answer's body, and whether there is more.
///
/// # Errors
/// It breaks off.
pub(crate) async fn beginning(mut answer: Response) -> Result<(Vec<u8>, bool), NoAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            body.truncate(MAX_ANSWER);
            return Ok((body, true));
        }
    }
    Ok((body, false))
}

/// What to do where nobody answers.
pub(crate) fn unreachable(url: &Url, cause: &NoAnswer) -> anyhow::Error {
    let hint = match cause {
        NoAnswer::Network(failure) if is_loopback(url) && failure.is_connection() => {
            format!("is `{} dev` running? Is the port right?", program())
        }
        NoAnswer::Network(failure) => failure.advice.to_owned(),
        NoAnswer::Other(_) => "is the URL in --to right?".to_owned(),
    };
    anyhow!("no answer from {} ({cause}); {hint}", url.origin().ascii_serialization())
}
