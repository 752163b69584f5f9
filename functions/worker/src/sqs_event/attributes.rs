//! The message attributes that the sender set, in the form that Lambda sends.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use shared::queue::sqs::{Attribute, MAX_ATTRIBUTES};
use shared::trigger::lenient::{FromValue, Lenient, Object};

/// The attributes of a message by name, or `None` if one of them is invalid. The message then cannot be forwarded unchanged.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageAttributes(pub Option<BTreeMap<String, Attribute>>);

impl Default for MessageAttributes {
    fn default() -> Self {
        Self(Some(BTreeMap::new()))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Members {
    string_value: Lenient<String>,
    binary_value: Lenient<String>,
    data_type: Lenient<String>,
}

impl Members {
    fn attribute(self) -> Option<Attribute> {
        let data_type = self.data_type.0?;
        match data_type.split('.').next() {
            Some("Binary") => Attribute::binary(&data_type, &self.binary_value.0?),
            _ => Attribute::text(&data_type, &self.string_value.0?),
        }
    }
}

impl<'de> FromValue<'de> for MessageAttributes {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        let mut attributes = BTreeMap::new();
        while let Some((name, Lenient(members))) = object.next_entry::<String, Lenient<Object<Members>>>()? {
            match members.and_then(|Object(members)| members.attribute()) {
                Some(attribute) if attributes.len() < MAX_ATTRIBUTES => attributes.insert(name, attribute),
                _ => {
                    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                    return Ok(None);
                }
            };
        }
        Ok(Some(Self(Some(attributes))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(json: &Value) -> Option<BTreeMap<String, Attribute>> {
        serde_json::from_str::<Lenient<MessageAttributes>>(&json.to_string()).expect("JSON").0.and_then(|attributes| attributes.0)
    }

    #[test]
    fn attributes_of_all_types_are_parsed() {
        let empty: [&str; 0] = [];
        let attributes = json!({
            "provider": {"stringValue": "kommo", "stringListValues": empty, "binaryListValues": empty, "dataType": "String"},
            "size": {"stringValue": "7", "binaryValue": null, "dataType": "Number.int"},
            "digest": {"binaryValue": "AAH/", "dataType": "Binary.png"},
        });
        let expected = [
            ("digest", Attribute::binary("Binary.png", "AAH/")),
            ("provider", Attribute::text("String", "kommo")),
            ("size", Attribute::text("Number.int", "7")),
        ];
        let expected = expected.map(|(name, attribute)| (name.to_owned(), attribute.expect("an attribute")));
        assert_eq!(read(&attributes), Some(expected.into()));
        assert_eq!(read(&json!({})), Some(BTreeMap::new()));
    }

    #[test]
    fn an_invalid_attribute_is_not_left_out() {
        let good = json!({"stringValue": "kommo", "dataType": "String"});
        for attribute in [
            json!(null),
            json!("kommo"),
            json!({}),
            json!({"stringValue": "kommo"}),
            json!({"stringValue": 7, "dataType": "Number"}),
            json!({"stringValue": "AAH/", "dataType": "Binary"}),
            json!({"binaryValue": "no base64", "dataType": "Binary"}),
        ] {
            assert_eq!(read(&json!({"a": good, "b": attribute, "c": good})), None, "{attribute}");
        }
        let many = |count: usize| Value::Object((0..count).map(|number| (format!("a{number}"), good.clone())).collect());
        assert_eq!((read(&many(10)).map(|all| all.len()), read(&many(11))), (Some(10), None));
        assert_eq!(read(&json!([])), None);
    }
}
