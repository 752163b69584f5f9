//! Captured requests, in the forms in which people have them: a Lambda event, or HTTP as text.

mod http_text;
mod lambda_event;

pub(crate) use http_text::header;
pub(crate) use lambda_event::write as event;

use anyhow::bail;
use shared::received::Received;

/// A request, and what it was read from.
#[derive(Debug)]
pub(crate) struct Captured {
    /// The request.
    pub(crate) request: Received,
    /// The form, in words.
    pub(crate) form: &'static str,
    /// What the form does not hold, or what was left out of it.
    pub(crate) notes: Vec<String>,
}

/// Reads a captured request of any form.
///
/// # Errors
/// It is of none.
pub(crate) fn read(bytes: &[u8]) -> anyhow::Result<Captured> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match text.first() {
        None => bail!("it is empty"),
        Some(b'{' | b'[') => lambda_event::read(text),
        Some(_) => http_text::read(text),
    }
}
