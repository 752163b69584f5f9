//! Addresses as users write them, and the URLs that requests are sent to.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use anyhow::{anyhow, bail};
use reqwest::Url;
use shared::received::Received;

use crate::endpoints::Endpoints;

/// The gateway of `chathooks dev`.
pub(crate) const LOCAL: &str = "http://127.0.0.1:8080";

/// An http or https URL without a login or fragment.
///
/// Text without a scheme is an http URL if it has a port or names this machine, and an https URL otherwise. A port alone is
/// a port of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) Url);

/// The text is not an address. The error does not show the text, because it can contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidAddress;

impl fmt::Display for InvalidAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "it must be an http or https URL, or host:port, like localhost:3000 or https://hooks.example.com, without a login or a `#`",
        )
    }
}

impl Error for InvalidAddress {}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let port = text.strip_prefix(':').unwrap_or(text);
        let written = match text {
            _ if port.parse::<u16>().is_ok() => format!("http://127.0.0.1:{port}"),
            _ if text.contains("://") => text.to_owned(),
            _ => with_scheme(text)?,
        };
        let url: Url = written.parse().map_err(|_| InvalidAddress)?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none() && url.port() != Some(0);
        if matches!(url.scheme(), "http" | "https") && is_plain { Ok(Self(url)) } else { Err(InvalidAddress) }
    }
}

impl Address {
    /// Parses the value of a flag. Unlike clap's errors, the error does not show the value.
    ///
    /// # Errors
    /// Returns an error if the value is not an address.
    pub(crate) fn of(flag: &str, text: &str) -> anyhow::Result<Self> {
        text.parse().map_err(|error| anyhow!("{flag}: {error}"))
    }
}

fn with_scheme(text: &str) -> Result<String, InvalidAddress> {
    let http: Url = format!("http://{text}").parse().map_err(|_| InvalidAddress)?;
    // A single word, such as `hush`, is more likely a typo than a host name.
    let host = http.host_str().unwrap_or_default();
    let is_host = host.contains(['.', '[']) || host == "localhost" || has_port(text);
    let scheme = if has_port(text) || is_loopback(&http) { "http" } else { "https" };
    if is_host { Ok(format!("{scheme}://{text}")) } else { Err(InvalidAddress) }
}

/// Returns whether the text has a port. `Url` does not tell, because it drops a default port.
fn has_port(text: &str) -> bool {
    let authority = text.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

/// Returns the URL to send a request to. If `to` is the whole URL of a webhook, the request gets that URL's path and
/// channel. Otherwise, the request's path is appended to `to`.
///
/// # Errors
/// Returns an error if the URL has a query, or if the URL and the request belong to different webhooks.
pub(crate) fn target(endpoints: &Endpoints, to: &Address, request: &mut Received) -> anyhow::Result<Url> {
    let Address(to) = to;
    if to.query().is_some() {
        bail!("--to must be an http or https URL like https://hooks.example.com, without a `?`");
    }
    if let Some(path) = endpoints.webhook_path(to.path()) {
        let name = |path: &str| endpoints.of_path(path).map(|(endpoint, _)| endpoint.webhook.name);
        if let (Some(wanted), Some(own)) = (name(&path), name(&request.path))
            && wanted != own
        {
            bail!("--to is the URL of {wanted}, but the request is for {own}; use another sample, or an address without a path");
        }
        request.path = path;
        return Ok(to.clone());
    }
    let mut url = to.clone();
    url.set_path(&format!("{}/{}", to.path().trim_end_matches('/'), request.path.trim_start_matches('/')));
    Ok(url)
}

/// Returns whether the URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    fn joined(to: &str, path: &str) -> Result<(String, String), String> {
        let sources = Sources::of_file("");
        let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
        let mut request = Received { path: path.to_owned(), ..Received::default() };
        let url = target(&endpoints, &to.parse().expect("an address"), &mut request).map_err(|error| error.to_string())?;
        Ok((url.into(), request.path))
    }

    #[test]
    fn the_scheme_of_an_address_is_optional() {
        for (text, url) in [
            ("http://127.0.0.1:3000/events", "http://127.0.0.1:3000/events"),
            ("https://h.example/a?b=c", "https://h.example/a?b=c"),
            ("localhost:3000", "http://localhost:3000/"),
            ("localhost/events", "http://localhost/events"),
            ("127.0.0.1:80/events?a=b", "http://127.0.0.1/events?a=b"),
            ("[::1]:3000", "http://[::1]:3000/"),
            ("laptop:3000", "http://laptop:3000/"),
            ("hooks.example.com", "https://hooks.example.com/"),
            ("hooks.example.com/base", "https://hooks.example.com/base"),
            ("hooks.example.com:8443", "http://hooks.example.com:8443/"),
            (":3000", "http://127.0.0.1:3000/"),
            ("3000", "http://127.0.0.1:3000/"),
        ] {
            assert_eq!(text.parse::<Address>().map(|address| address.0.to_string()), Ok(url.to_owned()), "{text}");
        }
        for text in
            ["", "hush", "ftp://hush", "http://hush@h.example", "hush:hush@h.example", "http://127.0.0.1:0/", "h:99999", "http://h/#a", ":"]
        {
            assert_eq!(text.parse::<Address>(), Err(InvalidAddress), "{text}");
        }
    }

    #[test]
    fn the_path_is_appended_to_that_of_the_url() {
        for (to, expected) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/kommo/a%20b"),
            ("127.0.0.1:8080/", "http://127.0.0.1:8080/kommo/a%20b"),
            ("https://h.example/base", "https://h.example/base/kommo/a%20b"),
            ("https://h.example/a/b/", "https://h.example/a/b/kommo/a%20b"),
        ] {
            assert_eq!(joined(to, "/kommo/a%20b"), Ok((expected.to_owned(), "/kommo/a%20b".to_owned())));
        }
    }

    #[test]
    fn the_url_of_a_webhook_replaces_the_request_path() {
        for (to, path) in [("https://h.example/kommo/shop", "/kommo/shop"), ("https://h.example/prod/hooks/kommo", "/kommo")] {
            assert_eq!(joined(to, "/kommo/other"), Ok((to.to_owned(), path.to_owned())));
        }
        let problem = joined("https://h.example/qikchat/a", "/kommo/other").expect_err("another provider");
        assert!(problem.contains("--to is the URL of Qikchat") || problem.to_lowercase().contains("qikchat"), "{problem}");
        assert!(joined("https://h.example/?a=b", "/kommo").is_err());
    }

    #[test]
    fn loopback_is_recognized() {
        for (url, expected) in
            [("http://127.0.0.1", true), ("http://[::1]:1", true), ("http://localhost", true), ("http://10.0.0.1", false)]
        {
            assert_eq!(is_loopback(&url.parse().expect("a URL")), expected, "{url}");
        }
    }
}
