//! The members that make JSON an event of version 1. All others may be missing.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::DATA_SCHEMA;

/// Deserializes `specversion`, which must be `1.0`.
pub(crate) fn specversion<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer, |text| text == "1.0", "specversion must be 1.0")
}

/// Deserializes `id`, which must be a non-empty string.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer, |text| !text.is_empty(), "id must not be empty")
}

/// Deserializes `dataschema`, which must be that of version 1.
pub(crate) fn dataschema<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer, |text| text == DATA_SCHEMA, "dataschema must be that of version 1")
}

fn text<'de, D: Deserializer<'de>>(deserializer: D, is_valid: impl Fn(&str) -> bool, problem: &str) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_valid(&text) { Ok(text) } else { Err(D::Error::custom(problem)) }
}

/// Deserializes a struct from an object only. Serde's derived code would also accept an array.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}
