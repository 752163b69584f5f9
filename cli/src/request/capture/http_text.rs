//! HTTP/1.1 as text: a request line, headers, an empty line and the body. Also the output of `curl -v`, which writes `> `
//! before each line of the head.

use anyhow::{Context, anyhow, bail};
use shared::received::Received;

use super::captured::Captured;

/// The maximum number of headers. Each header is compared with all earlier ones.
const MAX_HEADERS: usize = 1_000;

/// Parses a request.
///
/// # Errors
/// Returns an error if the text is not a request.
pub(super) fn parse(text: &[u8]) -> anyhow::Result<Captured> {
    let marked = text.split_inclusive(|byte| *byte == b'\n').any(|line| line.starts_with(b"> "));
    if marked { parse_curl(text) } else { parse_plain(text, "HTTP as text") }
}

/// Parses the output of `curl -v`, which does not contain the body. Text after the head is a body only if no response follows.
fn parse_curl(text: &[u8]) -> anyhow::Result<Captured> {
    let mut plain = Vec::new();
    let mut in_body = false;
    let mut answered = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match line {
            [b'>', rest @ ..] if !in_body => {
                let rest = rest.strip_prefix(b" ").unwrap_or(rest);
                plain.extend_from_slice(rest);
                in_body = rest.trim_ascii().is_empty();
            }
            [b'<', b' ' | b'\r' | b'\n', ..] => answered = true,
            [b'*', b' ', ..] => {}
            [b'{' | b'}', b' ', b'[', ..] if line.trim_ascii_end().ends_with(b" bytes data]") => {}
            line if in_body && !answered => plain.extend_from_slice(line),
            _ => {}
        }
    }
    let mut captured = parse_plain(&plain, "the output of `curl -v`")?;
    if captured.request.body.is_empty() {
        captured.notes.push("the output of curl -v does not contain the request body; pass it with --body-file".to_owned());
    }
    Ok(captured)
}

fn parse_plain(text: &[u8], form: &'static str) -> anyhow::Result<Captured> {
    let (head, body) = split_head(text);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    if first.starts_with("HTTP/") {
        bail!("it is a response, not a request; `curl -i` prints responses. A request begins like `POST /path HTTP/1.1`")
    }
    let mut words = first.split_ascii_whitespace();
    let (method, target, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_method || target.is_empty() || !version.unwrap_or("HTTP/").starts_with("HTTP/") || words.next().is_some() {
        bail!(
            "it is neither a Lambda event (JSON), nor HTTP as text (a first line like `POST /path HTTP/1.1`), nor the output of `curl -v` (lines that begin with `> `), nor a `curl` command"
        )
    }
    let mut headers: Vec<(String, String)> = Vec::new();
    for (index, line) in lines.enumerate() {
        if index == MAX_HEADERS {
            bail!("it has more than {MAX_HEADERS} headers, more than any gateway accepts")
        }
        let (name, value) = header(line).with_context(|| format!("line {} is not a header", index + 2))?;
        // Headers of the same name are joined, as API Gateway does.
        match headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            Some((_, joined)) => *joined = format!("{joined},{value}"),
            None => headers.push((name, value)),
        }
    }
    let (path, query) = path_and_query(target);
    let mut request = Received { method: method.to_owned(), path, query, headers, ..Received::default() };
    let mut notes = Vec::new();
    request.body = body_of(&request, body, &mut notes)?;
    Ok(Captured { request, form, notes })
}

/// Splits a request at the first empty line into head and body.
fn split_head(text: &[u8]) -> (&[u8], &[u8]) {
    let mut from = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            return (&text[..from], &text[from + line.len()..]);
        }
        from += line.len();
    }
    (text, b"")
}

/// Parses a header into its name and value.
///
/// # Errors
/// Returns an error with the expected form if the line is not a header. The line is not shown, because it can contain a token.
pub(crate) fn header(line: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = line.split_once(':').ok_or_else(|| anyhow!("it must be like `X-Signature: value`"))?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        bail!("it must be like `X-Signature: value`")
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}

/// Returns the path and the query of a request target, which can be a whole URL.
fn path_and_query(target: &str) -> (String, String) {
    let target = target.split_once('#').map_or(target, |(before, _)| before);
    let (place, query) = target.split_once('?').unwrap_or((target, ""));
    let path = place.split_once("://").map_or(place, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
    (path.to_owned(), query.to_owned())
}

/// Returns the body, with the length that the head gives. A line ending at the end of the file is not part of it.
fn body_of(request: &Received, rest: &[u8], notes: &mut Vec<String>) -> anyhow::Result<Vec<u8>> {
    let chunked = request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    if chunked && let Some(body) = dechunked(rest) {
        return Ok(body);
    }
    let Some(length) = request.header("content-length").and_then(|length| length.parse::<usize>().ok()) else { return Ok(rest.to_vec()) };
    if rest.len() > length {
        notes.push(format!("content-length is {length} bytes; the file's last {} bytes are ignored", rest.len() - length));
    }
    Ok(rest[..rest.len().min(length)].to_vec())
}

/// Decodes a chunked body. Returns `None` if the body is not chunked, because some tools show it decoded.
fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let size = std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?;
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    }
}
