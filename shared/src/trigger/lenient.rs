//! Lenient deserialization of Lambda events.
//!
//! A member that is missing, null or of an unexpected type is `None`, whatever is nested in it. Therefore, a change by AWS to
//! a member cannot fail an invocation that does not need it. Values are read in one pass. Skipped values cost no memory and
//! no recursion.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The maximum number of elements in a list, or in a map with names chosen by the caller: the size of the largest SQS batch.
/// It bounds the memory for an event of many short values.
pub const MAX_ELEMENTS: usize = 10_000;

/// A value of type `T`, or `None` if the JSON value is of another type.
#[derive(Debug)]
pub struct Lenient<T>(pub Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// Conversion from a JSON value. A type implements the methods for the JSON types that it accepts.
pub trait FromValue<'de>: Sized {
    /// Converts `true` or `false`.
    #[must_use]
    fn from_bool(_value: bool) -> Option<Self> {
        None
    }

    /// Converts a string.
    #[must_use]
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    /// Converts an array. Implementations must read it to its end.
    ///
    /// # Errors
    /// The input is not JSON.
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    /// Converts an object. Implementations must read it to its end.
    ///
    /// # Errors
    /// The input is not JSON, or a known member is repeated.
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl FromValue<'_> for bool {
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl FromValue<'_> for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// An array of at most [`MAX_ELEMENTS`] elements, all of type `T`.
impl<'de, T: FromValue<'de>> FromValue<'de> for Vec<T> {
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut elements = Self::new();
        while let Some(Lenient(element)) = list.next_element()? {
            match element {
                Some(element) if elements.len() < MAX_ELEMENTS => elements.push(element),
                _ => {
                    drop(elements);
                    while list.next_element::<IgnoredAny>()?.is_some() {}
                    return Ok(None);
                }
            }
        }
        Ok(Some(elements))
    }
}

/// A JSON object that deserializes to a `T`. A plain struct would also accept an array.
#[derive(Debug, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> FromValue<'de> for Object<T> {
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(|members| Some(Self(members)))
    }
}

impl<'de, T: FromValue<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

/// Deserializes a value leniently, for serde's `deserialize_with`.
///
/// # Errors
/// The input is not JSON.
pub fn value<'de, T: FromValue<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Lenient::deserialize(deserializer).map(|Lenient(value)| value)
}

struct AnyValue<T>(PhantomData<T>);

impl<'de, T: FromValue<'de>> Visitor<'de> for AnyValue<T> {
    type Value = Lenient<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Lenient(None))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Lenient(T::from_bool(value)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Lenient(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Lenient(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Lenient(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Lenient(T::from_text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::from_list(list).map(Lenient)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::from_object(object).map(Lenient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'de> FromValue<'de>>(json: &str) -> Option<T> {
        serde_json::from_str::<Lenient<T>>(json).expect("JSON").0
    }

    #[test]
    fn a_value_of_another_type_is_none() {
        let values = ["null", "true", "1", "-1", "1.5", "\"text\"", "[]", "[[1],{\"a\":2}]", "{}", "{\"a\":[1],\"b\":{}}"];
        for json in values {
            assert_eq!(read::<String>(json).is_some(), json == "\"text\"", "{json}");
            assert_eq!(read::<bool>(json).is_some(), json == "true", "{json}");
            assert_eq!(read::<Vec<String>>(json).is_some(), json == "[]", "{json}");
            assert_eq!(read::<Object<IgnoredAny>>(json).is_some(), json.starts_with('{'), "{json}");
        }
    }

    #[test]
    fn a_list_has_all_its_elements_or_is_none() {
        assert_eq!(read::<Vec<String>>(r#"["a","b"]"#), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read::<Vec<String>>(r#"["a",null,["b"]]"#), None);
        let list = |length| format!("[{}]", vec!["true"; length].join(","));
        assert_eq!(read::<Vec<bool>>(&list(MAX_ELEMENTS)).map(|list| list.len()), Some(MAX_ELEMENTS));
        assert_eq!(read::<Vec<bool>>(&list(MAX_ELEMENTS + 2)), None);
    }

    #[test]
    fn depth_costs_no_recursion() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(1_000_000), close.repeat(1_000_000));
            assert_eq!(read::<String>(&deep), None);
            assert_eq!(read::<Vec<String>>(&format!("[{deep}]")), None);
        }
    }
}
