//! The shape of a body that nobody knows, for a log: its field names, and never a value.
//!
//! A name is the provider's word, but a sender may use names as data: what could be a number, an address or
//! a token is shown as `?`.

use crate::json::Value;

/// The most names, and the longest of them.
const MOST_NAMES: usize = 30;
const LONGEST_NAME: usize = 40;
/// So many digits make a name a number of something.
const TOO_MANY_DIGITS: usize = 5;

/// The names of an object's members, and of the members of those (`a`, `a.b`), sorted. An array counts as
/// its elements.
#[must_use]
pub fn field_names(body: &Value<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, value) in members(body) {
        let name = shown(name);
        names.extend(members(value).map(|(inner, _)| format!("{name}.{}", shown(inner))));
        names.push(name.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    names.truncate(MOST_NAMES);
    names
}

/// The members of an object, or of each object in an array.
fn members<'v>(value: &'v Value<'_>) -> impl Iterator<Item = (&'v str, &'v Value<'v>)> {
    let elements = value.elements().iter().map(|element| &element.value);
    std::iter::once(value)
        .chain(elements)
        .flat_map(|value| match value {
            Value::Object(members) => members.as_slice(),
            _ => &[],
        })
        .map(|(name, value)| (name.as_ref(), value))
}

/// A name as it may be shown.
fn shown(name: &str) -> &str {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte));
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    if is_word && (1..=LONGEST_NAME).contains(&name.len()) && digits < TOO_MANY_DIGITS { name } else { "?" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn names(body: &str) -> Vec<String> {
        field_names(&parse(body).expect("JSON"))
    }

    #[test]
    fn names_go_two_levels_deep_and_are_sorted() {
        assert_eq!(names(r#"{"b":{"d":{"e":1},"c":"secret"},"a":"secret","b":[{"f":1},2,{"d":2}]}"#), ["a", "b", "b.c", "b.d", "b.f"]);
        assert_eq!(names(r#"[{"a":1},{"b":{"c":2}},"secret"]"#), ["a", "b", "b.c"]);
        assert_eq!(names("{}"), [""; 0]);
    }

    #[test]
    fn a_name_that_could_be_data_is_not_shown() {
        for name in [
            "",
            "ada@example.com",
            "+12025550142",
            "12025550142",
            "202-555-0142",
            "Ada Lovelace",
            "Zoë",
            "a\\u0000b",
            "550e8400-e29b-41d4-a716-446655440000",
            "abcdefghijklmnopqrstuvwxyzabcdefghijklmno",
        ] {
            assert_eq!(names(&format!(r#"{{"{name}":{{"{name}":1}}}}"#)), ["?", "?.?"], "{name}");
        }
        for name in ["from", "clientGroupId", "whatsapp:message:in", "x-y_z.v2", "a2024", "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"] {
            assert_eq!(names(&format!(r#"{{"{name}":1}}"#)), [name]);
        }
    }

    #[test]
    fn there_are_thirty_at_most() {
        let body: Vec<String> = (0..100).map(|number| format!(r#""n{number}":1"#)).collect();
        assert_eq!(names(&format!("{{{}}}", body.join(","))).len(), 30);
    }
}
