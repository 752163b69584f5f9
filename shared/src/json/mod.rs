//! JSON as the providers write it: an index over the text.
//!
//! [`Document::parse`] scans a body once and records where each value stands; strings and numbers are decoded when
//! they are asked for. So the work is linear and the memory a fixed multiple of the body, whatever it holds: any depth,
//! any number. A number beyond `f64` counts as not given and affects nothing beside it. A lone surrogate escape
//! (JavaScript senders cut emoji in half) decodes to U+FFFD.
//!
//! Because every value knows its span, a body can be cut down to one of its events ([`Piece`]).

mod piece;
mod scan;
mod string;
mod value;

pub use piece::{Cut, Piece};
pub use value::Value;

/// A JSON text with an index of its values.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    /// The values and member names in the order of the text; an object's names and values alternate.
    nodes: Vec<Node>,
}

/// One value or member name.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The byte range of its text.
    start: u32,
    end: u32,
    /// The index of the node after it and all that it contains.
    next: u32,
}

/// The text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

impl<'t> Document<'t> {
    /// Indexes one JSON text. A byte order mark before it is skipped.
    ///
    /// # Errors
    /// The bytes are not UTF-8, which JSON between systems has to be (RFC 8259, section 8.1), not JSON, or 4 GiB or more.
    pub fn parse(body: &'t [u8]) -> Result<Self, NotJson> {
        let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
        Ok(Self { text, nodes: scan::index(text)? })
    }

    /// Returns the whole text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the whole text's value.
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
