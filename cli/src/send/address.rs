//! Where requests are sent, and by what.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use reqwest::{Client, Url, redirect};

/// The gateway of `chathooks dev`.
pub(crate) const LOCAL: &str = "http://127.0.0.1:8080";

/// No gateway holds a request for longer than this.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The request's path behind the URL's own.
///
/// # Errors
/// The URL is more than an address.
pub(crate) fn target(to: &Url, path: &str) -> anyhow::Result<Url> {
    let is_plain = to.username().is_empty() && to.password().is_none() && to.query().is_none() && to.fragment().is_none();
    if !matches!(to.scheme(), "http" | "https") || !is_plain {
        bail!("--to must be an http or https URL like https://hooks.example.com, without a login, a `?` or a `#`");
    }
    let mut url = to.clone();
    url.set_path(&format!("{}/{}", to.path().trim_end_matches('/'), path.trim_start_matches('/')));
    Ok(url)
}

/// A client that can hold so many connections to that URL.
///
/// # Errors
/// TLS cannot be set up.
pub(super) fn client(url: &Url, connections: usize) -> anyhow::Result<Client> {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT).pool_max_idle_per_host(connections);
    // Plain HTTP works on a machine without root certificates too.
    let client = if url.scheme() == "http" { client.tls_certs_only([]) } else { client };
    // A proxy cannot reach this machine's loopback address.
    let client = if is_loopback(url) { client.no_proxy() } else { client };
    client.build().context("cannot set up TLS; are the system's root certificates installed?")
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Why there is no answer, without the URL.
pub(super) fn cause(error: reqwest::Error) -> String {
    anyhow::Error::from(error.without_url()).root_cause().to_string()
}

/// What to do where nobody answers.
pub(super) fn unreachable(url: &Url, cause: &str) -> anyhow::Error {
    let hint = match is_loopback(url) {
        true => "is `cargo dev` running?",
        false => "is the URL in --to right?",
    };
    anyhow!("no answer from {} ({cause}); {hint}", url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(to: &str, path: &str) -> Result<String, String> {
        let to: Url = to.parse().expect("a URL");
        target(&to, path).map(String::from).map_err(|error| error.to_string())
    }

    #[test]
    fn the_path_goes_behind_that_of_the_url() {
        for (to, expected) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/kommo/a%20b"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/kommo/a%20b"),
            ("https://h.example/base", "https://h.example/base/kommo/a%20b"),
            ("https://h.example/a/b/", "https://h.example/a/b/kommo/a%20b"),
        ] {
            assert_eq!(joined(to, "/kommo/a%20b").as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_url_that_is_more_than_an_address_is_refused() {
        for to in ["ftp://h.example", "http://user:hush@h.example", "http://h.example/?a=b", "http://h.example/#a"] {
            let problem = joined(to, "/kommo").expect_err(to);
            assert!(problem.contains("--to") && !problem.contains("hush"), "{problem}");
        }
    }

    #[test]
    fn loopback_is_told_from_elsewhere() {
        for (url, expected) in
            [("http://127.0.0.1", true), ("http://[::1]:1", true), ("http://localhost", true), ("http://10.0.0.1", false)]
        {
            assert_eq!(is_loopback(&url.parse().expect("a URL")), expected, "{url}");
        }
    }
}
