//! A request from the API of ngrok's agent, `/api/requests/http`, which has the request's bytes in base64.

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::captured::Captured;
use super::http_text;

#[derive(Deserialize)]
struct One {
    request: Request,
}

#[derive(Deserialize)]
struct Request {
    raw: String,
}

#[derive(Deserialize)]
struct List {
    requests: Vec<One>,
}

/// Parses a request, or the first and newest of a list of requests. Returns `None` for other JSON.
pub(super) fn parse(text: &[u8]) -> Option<anyhow::Result<Captured>> {
    if let Ok(One { request }) = serde_json::from_slice(text) {
        return Some(captured(&request, 1));
    }
    let List { requests } = serde_json::from_slice(text).ok()?;
    Some(match requests.first() {
        Some(One { request }) => captured(request, requests.len()),
        None => Err(anyhow::anyhow!("ngrok's list has no request")),
    })
}

fn captured(request: &Request, count: usize) -> anyhow::Result<Captured> {
    let bytes = STANDARD.decode(&request.raw).context("`request.raw` is not base64")?;
    if bytes.is_empty() {
        bail!("`request.raw` is empty, because ngrok does not store requests; start it with `inspect: true`");
    }
    let mut captured = http_text::parse(&bytes)?;
    captured.form = "a request that ngrok captured";
    if count > 1 {
        captured.notes.push(format!("the first and newest of {count} requests"));
    }
    Ok(captured)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_exact_request_is_read() {
        let one = |path: &str| {
            let raw = STANDARD.encode(format!("POST {path} HTTP/1.1\r\nX-Signature: ab\r\nContent-Length: 3\r\n\r\n{{}}\n"));
            json!({"uri": "/api/requests/http/1", "id": "1", "duration": 3,
                   "request": {"method": "POST", "headers": {"X-Signature": ["ab"]}, "uri": path, "raw": raw}})
        };
        let read = |value: serde_json::Value| parse(value.to_string().as_bytes()).expect("ngrok's").expect("a request");
        let single = read(one("/kommo/a"));
        assert_eq!((single.request.path.as_str(), single.request.body.as_slice(), single.notes.len()), ("/kommo/a", &b"{}\n"[..], 0));
        assert_eq!(single.request.header("x-signature"), Some("ab"));
        let list = read(json!({"uri": "/api/requests/http", "requests": [one("/kommo/b"), one("/kommo/c")]}));
        assert_eq!((list.request.path.as_str(), list.notes.len()), ("/kommo/b", 1));
        assert!(parse(b"{\"rawPath\":\"/\"}").is_none());
        for wrong in [json!({"request": {"raw": "?"}}), json!({"request": {"raw": ""}}), json!({"requests": []})] {
            assert!(parse(wrong.to_string().as_bytes()).is_some_and(|outcome| outcome.is_err()), "{wrong}");
        }
    }
}
