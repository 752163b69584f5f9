//! JSON as the providers write it, read once into a borrowed tree.
//!
//! Built on `serde_json`, with what a receiver needs beside it: an array knows where in the body each
//! of its elements stands (an event's `original.body` is that exact slice), a lone surrogate escape
//! becomes U+FFFD (JavaScript senders cut emoji in half), and neither the depth nor the size of a
//! number can make valid JSON unreadable: what is beyond this reader is [`Value::Opaque`].

use std::{borrow::Cow, fmt, ops::Index, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, value::RawValue};

/// How many levels are read; no provider nests half as deep. What is deeper stays opaque.
const MAX_DEPTH: u8 = 48;

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

/// Turns the bytes of a body into text that [`parse`] reads, each byte in its old place.
///
/// A byte order mark becomes white space and a lone surrogate escape becomes `\ufffd`, so that spans
/// in the text are spans in the body.
///
/// # Errors
/// The bytes are not UTF-8, which JSON between systems has to be (RFC 8259, 8.1).
pub fn decode(body: &[u8]) -> Result<Cow<'_, str>, NotJson> {
    let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
    let mut text = match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(format!("   {rest}")),
        None => Cow::Borrowed(text),
    };
    for at in lone_surrogates(&text) {
        text.to_mut().replace_range(at..at + 6, "\\ufffd");
    }
    Ok(text)
}

/// Where the `\uD800` to `\uDFFF` escapes stand that are not one half of a pair.
fn lone_surrogates(text: &str) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut high: Option<usize> = None;
    let mut at = 0;
    while let Some(skipped) = text.get(at..).and_then(|rest| rest.find('\\')) {
        if skipped > 0 {
            lone.extend(high.take());
        }
        at += skipped;
        let unit = text.get(at + 1..at + 6).and_then(|escape| escape.strip_prefix('u')).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        match unit {
            Some(0xD800..=0xDBFF) => lone.extend(high.replace(at)),
            Some(0xDC00..=0xDFFF) if high.take().is_none() => lone.push(at),
            Some(0xDC00..=0xDFFF) => {}
            _ => lone.extend(high.take()),
        }
        at += match unit {
            Some(_) => 6,
            // The escaped character may be a wide one in text that is no JSON.
            None => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    lone.extend(high);
    lone
}

/// Reads one JSON text.
///
/// # Errors
/// The text is not JSON by RFC 8259.
pub fn parse(text: &str) -> Result<Value<'_>, NotJson> {
    read(text, MAX_DEPTH, text.as_ptr() as usize).ok_or(NotJson)
}

fn read(text: &str, depth: u8, origin: usize) -> Option<Value<'_>> {
    let read_with = |singly| {
        let mut json = serde_json::Deserializer::from_str(text);
        let value = Reader { depth, origin, singly }.deserialize(&mut json).ok()?;
        json.end().ok().map(|()| value)
    };
    // What the first reading refuses is not JSON, or has a number out of range: the skipping reader tells.
    let is_json = || serde_json::from_str::<IgnoredAny>(text).is_ok();
    read_with(false).or_else(|| is_json().then(|| read_with(true).unwrap_or(Value::Opaque)))
}

#[derive(Clone, Copy)]
struct Reader {
    depth: u8,
    /// The address of the whole text, from which spans are counted.
    origin: usize,
    /// Whether an object's members are read one by one, so that a number out of range spoils only itself.
    singly: bool,
}

impl Reader {
    fn read_alone<'t>(self, raw: &'t RawValue) -> Value<'t> {
        read(raw.get(), self.depth - 1, self.origin).unwrap_or(Value::Opaque)
    }
}

impl<'t> DeserializeSeed<'t> for Reader {
    type Value = Value<'t>;

    fn deserialize<D: Deserializer<'t>>(self, json: D) -> Result<Value<'t>, D::Error> {
        match self.depth {
            0 => json.deserialize_ignored_any(IgnoredAny).map(|_| Value::Opaque),
            _ => json.deserialize_any(self),
        }
    }
}

impl<'t> Visitor<'t> for Reader {
    type Value = Value<'t>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value<'t>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'t>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'t>, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'t>, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'t>, E> {
        Ok(Number::from_f64(value).map_or(Value::Opaque, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value<'t>, E> {
        Ok(Value::String(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E>(self, value: &'t str) -> Result<Value<'t>, E> {
        Ok(Value::String(Cow::Borrowed(value)))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut array: A) -> Result<Value<'t>, A::Error> {
        let mut elements = Vec::new();
        while let Some(raw) = array.next_element::<&'t RawValue>()? {
            let text = raw.get();
            let start = text.as_ptr() as usize - self.origin;
            elements
                .push(Element { span: start..start + text.len(), value: read(text, self.depth - 1, self.origin).unwrap_or(Value::Opaque) });
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut object: A) -> Result<Value<'t>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = object.next_key_seed(Key)? {
            let value = match self.singly {
                true => self.read_alone(object.next_value()?),
                false => object.next_value_seed(Reader { depth: self.depth - 1, ..self })?,
            };
            members.push((key, value));
        }
        Ok(Value::Object(members))
    }
}

/// Reads a member's name without copying it where it has no escapes.
struct Key;

impl<'t> DeserializeSeed<'t> for Key {
    type Value = Cow<'t, str>;

    fn deserialize<D: Deserializer<'t>>(self, json: D) -> Result<Cow<'t, str>, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for Key {
    type Value = Cow<'t, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a member's name")
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }

    fn visit_borrowed_str<E>(self, value: &'t str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Borrowed(value))
    }
}

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

    fn decoded(text: &str) -> String {
        decode(text.as_bytes()).expect("UTF-8").into_owned()
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character_in_its_place() {
        assert_eq!(decoded(r#""\ud83d""#), r#""\ufffd""#);
        assert_eq!(decoded(r#""\uDE00 x""#), r#""\ufffd x""#);
        assert_eq!(decoded(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(decoded(r#""\ud83dx\ude00""#), r#""\ufffdx\ufffd""#);
        assert_eq!(decoded(r#""\ud83d\n\ude00""#), r#""\ufffd\n\ufffd""#);
        assert_eq!(decoded(r#""\ud83d"#), r#""\ufffd"#);
    }

    #[test]
    fn a_pair_and_an_escaped_backslash_stay() {
        for text in [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""é\\é""#, "\"\\é\"", r#""\"#] {
            assert_eq!(decoded(text), text);
        }
    }

    #[test]
    fn a_byte_order_mark_is_white_space() {
        assert_eq!(decoded("\u{feff}{}"), "   {}");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_not_json() {
        assert_eq!(decode(b"{\"a\":\"\xff\"}"), Err(NotJson));
    }

    #[test]
    fn an_element_knows_its_place() {
        let text = r#"{"a":[ {"b":[1, "x"]} ,[2]]}"#;
        let value = parse(text).expect("JSON");
        let outer = value["a"].elements();
        assert_eq!(&text[outer[0].span.clone()], r#"{"b":[1, "x"]}"#);
        assert_eq!(&text[outer[1].span.clone()], "[2]");
        let inner = outer[0].value["b"].elements();
        assert_eq!(&text[inner[1].span.clone()], r#""x""#);
    }

    #[test]
    fn what_is_too_deep_or_too_large_is_opaque_but_json() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(parse(&deep).is_ok());
        let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert!(parse(&deep).is_ok());
        let beside = format!("{{\"deep\":{deep},\"text\":\"hi\"}}");
        assert_eq!(parse(&beside).expect("JSON")["text"].as_str(), Some("hi"));
        let spoilt = parse(r#"{"a":{"b":1e999,"c":"d"},"e":[1e999]}"#).expect("JSON");
        assert_eq!((&spoilt["a"]["b"], spoilt["a"]["c"].as_str()), (&Value::Opaque, Some("d")));
        assert_eq!(parse("[1e999]").expect("JSON").first(), &Value::Opaque);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let open = "[".repeat(10_000);
        for text in ["", " ", "{", "[1,]", "{\"a\":1}x", "[1e]", "nul", "'a'", "{\"a\" 1}", "\"\u{1}\"", &open] {
            assert_eq!(parse(text), Err(NotJson), "{text:.20}");
        }
    }

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
