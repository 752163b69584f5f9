//! Where requests are sent.

use anyhow::bail;
use reqwest::Url;

/// The gateway of `chathooks dev`.
pub(crate) const LOCAL: &str = "http://127.0.0.1:8080";

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

/// Returns whether the URL names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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
