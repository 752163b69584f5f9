//! A JSON parser for untrusted bodies: an index over the text.
//!
//! [`Document::parse`] scans a body once and records the position of each value. Strings and numbers are decoded on access.
//! The time is linear in the body and the memory a fixed multiple of it, at any depth and for any number. A number outside
//! the range of `f64` counts as not given and does not affect other values. A lone surrogate escape, which JavaScript senders
//! produce when they split an emoji, decodes to U+FFFD.
//!
//! Every value has a span, so a body can be reduced to one of its events ([`Piece`]).

mod piece;
mod scan;
mod string;
mod value;

pub use piece::{Cut, Piece};
pub use value::Value;

/// A JSON text and the index of its values.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    /// The values and member names in the order of the text. The names and values of an object alternate.
    nodes: Vec<Node>,
}

/// One value or member name.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The byte range of its text in the document.
    start: u32,
    end: u32,
    /// The index of the first node that is not within this one.
    next: u32,
}

/// The text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

impl<'t> Document<'t> {
    /// Indexes one JSON text. A leading byte order mark is skipped.
    ///
    /// # Errors
    /// The bytes are not UTF-8 (required by RFC 8259, section 8.1), not JSON, or 4 GiB or more.
    pub fn parse(body: &'t [u8]) -> Result<Self, NotJson> {
        let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
        Ok(Self { text, nodes: scan::index(text)? })
    }

    /// Returns the whole text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the root value.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value::new(self, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_skipped_and_spans_count_from_the_body() {
        let body = "\u{feff} [1]".as_bytes();
        let document = Document::parse(body).expect("JSON");
        assert_eq!(document.root().span(), 4..7);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_not_json() {
        assert!(Document::parse(b"{\"a\":\"\xff\"}").is_err());
    }
}
