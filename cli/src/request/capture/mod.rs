//! Captured requests, in the forms in which people have them: a Lambda event, or HTTP as text.

mod captured;
mod http_text;
pub(crate) mod lambda_event;

use anyhow::bail;

pub(crate) use captured::Captured;
pub(crate) use http_text::header;

/// Parses a captured request of any form.
///
/// # Errors
/// It is of none.
pub(crate) fn parse(bytes: &[u8]) -> anyhow::Result<Captured> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match text.first() {
        None => bail!("it is empty"),
        Some(b'{' | b'[') => lambda_event::parse(text),
        Some(_) => http_text::parse(text),
    }
}
