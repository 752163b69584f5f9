//! The event in a message's body.

use shared::event::CloudEvent;
use shared::json::Document;

/// The maximum length of an event's id.
const MAX_ID: usize = 256;

/// Parses the event in a message's body: a JSON object with `specversion` 1.0, an `id` of 1 to 256 visible ASCII
/// characters, so that it can be a header's value, and an object `data`. Returns none for anything else, which no retry can
/// help.
pub fn parse_event(body: &str) -> Option<CloudEvent> {
    let document = Document::parse(body.as_bytes()).ok()?;
    let (version, data) = (document.root().get("specversion"), document.root().get("data"));
    let event: CloudEvent = serde_json::from_str(body).ok()?;
    let is_id = (1..=MAX_ID).contains(&event.id.len()) && event.id.bytes().all(|byte| byte.is_ascii_graphic());
    (is_id && version.is("1.0") && data.is_object()).then_some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_an_event_by_its_version_id_and_data() {
        let event =
            |version: &str, id: &str, data: &str| parse_event(&format!(r#"{{"specversion":{version},"id":{id},"data":{data}}}"#)).is_some();
        let longest = format!("\"{}\"", "x".repeat(256));
        for id in [r#""a""#, r#""!~""#, &longest] {
            assert!(event(r#""1.0""#, id, "{}"), "{id}");
        }
        for id in [r#""""#, r#""a b""#, r#""\u00e9""#, r#""a\n""#, "7", "null", &format!("\"x{}", &longest[1..])] {
            assert!(!event(r#""1.0""#, id, "{}"), "{id}");
        }
        for version in [r#""0.3""#, "1.0", "null"] {
            assert!(!event(version, r#""a""#, "{}"), "{version}");
        }
        for data in ["null", "[]", r#""{}""#, "1"] {
            assert!(!event(r#""1.0""#, r#""a""#, data), "{data}");
        }
        for body in ["", "[]", "no json", r#"{"specversion":"1.0","id":"a"}"#] {
            assert!(parse_event(body).is_none(), "{body}");
        }
    }
}
