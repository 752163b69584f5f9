//! From text to a tree of values, by `serde_json`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, value::RawValue};

use super::{Element, NotJson, Value};

/// How many levels are read; no provider nests half as deep. What is deeper stays opaque.
const MAX_DEPTH: u8 = 48;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
