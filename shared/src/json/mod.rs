//! JSON as the providers write it, read once into a borrowed tree.
//!
//! Built on `serde_json`, with what a receiver needs beside it: an array knows where in the body each
//! of its elements stands (an event's `original.body` is that exact slice), a lone surrogate escape
//! becomes U+FFFD (JavaScript senders cut emoji in half), and neither the depth nor the size of a
//! number can make valid JSON unreadable: what is beyond this reader is [`Value::Opaque`].

mod reader;
mod text;

use std::borrow::Cow;
use std::ops::{Index, Range};

use serde_json::Number;

pub use reader::parse;
pub use text::decode;

/// A JSON value that borrows from the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'t> {
    /// `null`, and what [`Value::index`] finds where there is nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; 64-bit integers are exact.
    Number(Number),
    /// A string, its escapes undone.
    String(Cow<'t, str>),
    /// An array.
    Array(Vec<Element<'t>>),
    /// An object, in the order of the text.
    Object(Vec<(Cow<'t, str>, Value<'t>)>),
    /// Valid JSON that this reader does not hold: too deep, or a number beyond `f64`.
    Opaque,
}

/// An element of an array, and where its text stands in the whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct Element<'t> {
    /// The byte range of the element's own text.
    pub span: Range<usize>,
    /// The element.
    pub value: Value<'t>,
}

/// The text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

impl<'t> Index<&str> for Value<'t> {
    type Output = Value<'t>;

    /// The member of that name (of several the last one), or [`Value::Null`].
    fn index(&self, name: &str) -> &Value<'t> {
        let Value::Object(members) = self else { return &Value::Null };
        members.iter().rev().find(|(key, _)| key == name).map_or(&Value::Null, |(_, value)| value)
    }
}

impl<'t> Value<'t> {
    /// The text of a string or of a number. `null`, `""` and `0` all mean "not given".
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Value::String(text) if !text.is_empty() => Some(text.clone().into_owned()),
            Value::Number(number) if number.as_f64() != Some(0.0) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The string itself, where it is a string that is not empty.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A number, or a string that holds one. Zero is given: it is a latitude.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// A size in bytes: a whole number, or a string that holds one, above zero.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
        .filter(|size| *size > 0)
    }

    /// The elements of an array; none of anything else.
    #[must_use]
    pub fn elements(&self) -> &[Element<'t>] {
        match self {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The first element of an array, or [`Value::Null`].
    #[must_use]
    pub fn first(&self) -> &Value<'t> {
        self.elements().first().map_or(&Value::Null, |element| &element.value)
    }

    /// Whether this is an object with a member of that name, be it `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        matches!(self, Value::Object(members) if members.iter().any(|(key, _)| key == name))
    }

    /// Whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    /// Whether this is something: not `null`, `""`, `0`, `false`, `[]` or `{}`.
    #[must_use]
    pub fn is_given(&self) -> bool {
        match self {
            Value::Null | Value::Bool(false) => false,
            Value::Bool(true) | Value::Opaque => true,
            Value::Number(_) | Value::String(_) => self.text().is_some(),
            Value::Array(elements) => !elements.is_empty(),
            Value::Object(members) => !members.is_empty(),
        }
    }

    /// This value where it is given, else the other.
    #[must_use]
    pub fn or<'v>(&'v self, other: &'v Value<'t>) -> &'v Value<'t> {
        if self.is_given() { self } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_64_bits_are_exact() {
        let value = parse(r#"{"a":9223372036854775807,"b":18446744073709551615,"c":0,"d":"0"}"#).expect("JSON");
        assert_eq!(value["a"].text().as_deref(), Some("9223372036854775807"));
        assert_eq!(value["b"].text().as_deref(), Some("18446744073709551615"));
        assert_eq!(value["c"].text(), None);
        assert_eq!(value["d"].text().as_deref(), Some("0"));
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        assert_eq!(parse(r#"{"a":"1","\u0061":"2"}"#).expect("JSON")["a"].as_str(), Some("2"));
    }
}
