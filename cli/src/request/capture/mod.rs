//! Parsers for captured requests: a Lambda event, HTTP as text, a `curl` command, or a request from ngrok's API.

mod captured;
mod curl_command;
mod http_text;
pub(crate) mod lambda_event;
mod ngrok;
mod shell;

use anyhow::bail;

pub(crate) use captured::Captured;
pub(crate) use http_text::header;

/// Parses a captured request of any form.
///
/// # Errors
/// Returns an error if the text has none of the forms.
pub(crate) fn parse(bytes: &[u8]) -> anyhow::Result<Captured> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match text.first() {
        None => bail!("it is empty"),
        Some(b'{' | b'[') => ngrok::parse(text).unwrap_or_else(|| lambda_event::parse(text)),
        Some(_) if curl_command::is_one(text) => curl_command::parse(text),
        Some(_) => http_text::parse(text),
    }
}
