//! Access to the inspector, which is limited to its own page on this machine.
//!
//! A website that the user visits can make the browser send requests to the inspector, or pass off this address as its own (DNS
//! rebinding). Through a tunnel for webhooks, anyone can send requests. Other users of this machine can connect. Therefore the `Host`
//! must be a name of the loopback address, no proxy may have forwarded the request, a request that changes something must come from
//! the page itself, and each request to the API must contain the token in the page's address.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::state::Inspector;

/// Allows only the page's own files, no frame around the page, and no markup from strings.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The header with the token. An `EventSource` cannot set headers, so `token` in the query is accepted too.
const TOKEN: &str = "x-chathooks-token";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Refuses requests that do not meet these conditions, and adds the security headers to each response.
pub(super) async fn guard(State(inspector): State<Arc<Inspector>>, request: Request, next: Next) -> Response {
    let problem = problem(request.method(), request.uri().path(), request.headers());
    let refusal = problem.or_else(|| lacks_token(&request, inspector.store.token()).then_some(NO_TOKEN));
    let mut response = match refusal {
        None => next.run(request).await,
        Some(problem) => Problem(StatusCode::FORBIDDEN, problem.to_owned()).into_response(),
    };
    let strict = HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value)));
    strict.into_iter().for_each(|(name, value)| drop(response.headers_mut().insert(name, value)));
    response
}

const NO_TOKEN: &str = "the request has no valid token; open the address that the terminal shows after `inspector:`";

/// Returns whether a request to the API lacks the token.
fn lacks_token(request: &Request, token: &str) -> bool {
    let query = request.uri().query().unwrap_or_default();
    request.uri().path().starts_with("/inspector/api/") && !has_token(request.headers(), query, token)
}

/// Returns whether the token is in the headers or the query. The comparison takes the same time wherever the texts differ.
fn has_token(headers: &HeaderMap, query: &str, token: &str) -> bool {
    let in_query = || query.split('&').find_map(|pair| pair.strip_prefix("token="));
    let given = headers.get(TOKEN).map_or_else(|| in_query().unwrap_or_default().as_bytes(), HeaderValue::as_bytes);
    given.len() == token.len() && given.iter().zip(token.bytes()).fold(0, |differs, (given, right)| differs | (given ^ right)) == 0
}

fn problem(method: &Method, path: &str, headers: &HeaderMap) -> Option<&'static str> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = value(HOST.as_str()).unwrap_or_default();
    let is_forwarded = headers.keys().any(|name| matches!(name.as_str(), "forwarded" | "via") || name.as_str().starts_with("x-forwarded"));
    if !is_loopback(host) || is_forwarded {
        return Some("the inspector can be opened only on this machine; open the address that the terminal shows after `inspector:`");
    }
    let site = value("sec-fetch-site");
    let is_own = match (site, value(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.strip_prefix("http://") == Some(host),
        (None, None) => false,
    };
    let is_refused = match (method.is_safe(), path) {
        (false, _) => !is_own,
        // Other sites can link to the page.
        (true, "/") => false,
        (true, _) => site.is_some_and(|site| !matches!(site, "same-origin" | "none")),
    };
    is_refused.then_some("only the inspector's own page can send this request")
}

/// Returns whether a `Host` names the loopback address, with any port.
fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn is_refused(method: &Method, path: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        problem(method, path, &headers.collect()).is_some()
    }

    #[test]
    fn only_names_of_this_machine_are_accepted() {
        for host in ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:1"] {
            assert!(!is_refused(&Method::GET, "/", &[("host", host)]), "{host}");
        }
        for host in ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::2]:1", "127.0.0.1:a", "10.0.0.1:80"] {
            assert!(is_refused(&Method::GET, "/", &[("host", host)]), "{host}");
        }
        assert!(is_refused(&Method::GET, "/", &[]));
    }

    #[test]
    fn a_forwarded_request_is_refused() {
        for header in ["x-forwarded-for", "x-forwarded-host", "forwarded", "via"] {
            assert!(is_refused(&Method::GET, "/", &[("host", "localhost:8080"), (header, "x")]), "{header}");
        }
    }

    #[test]
    fn the_token_is_in_a_header_or_in_the_query() {
        let with = |token: &'static str| HeaderMap::from_iter([(HeaderName::from_static(TOKEN), HeaderValue::from_static(token))]);
        assert!(has_token(&with("secret"), "", "secret"));
        assert!(has_token(&HeaderMap::new(), "a=b&token=secret", "secret"));
        for (headers, query) in [
            (with("Secret"), ""),
            (with(""), ""),
            (with("secret1"), ""),
            (HeaderMap::new(), ""),
            (HeaderMap::new(), "token=secre"),
            (with("x"), "token=secret"),
        ] {
            assert!(!has_token(&headers, query, "secret"), "{headers:?} {query}");
        }
    }

    #[test]
    fn a_change_must_come_from_the_page() {
        let host = ("host", "127.0.0.1:8080");
        let post = |headers: &[_]| is_refused(&Method::POST, "/inspector/api/clear", &[&[host], headers].concat());
        assert!(!post(&[("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")]));
        assert!(!post(&[("origin", "http://127.0.0.1:8080")]));
        for headers in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://evil.example")],
            &[("origin", "http://127.0.0.1:9090")],
            &[("origin", "https://127.0.0.1:8080")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:8080")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(post(headers), "{headers:?}");
        }
    }

    #[test]
    fn other_sites_can_link_to_the_page_and_cannot_read_anything() {
        let (host, cross) = (("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site"));
        assert!(!is_refused(&Method::GET, "/", &[host, cross]));
        assert!(is_refused(&Method::GET, "/inspector/api/deliveries", &[host, cross]));
        assert!(!is_refused(&Method::GET, "/inspector/api/deliveries", &[host]));
    }
}
