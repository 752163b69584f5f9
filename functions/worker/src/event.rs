//! The event in a queue message.

use std::time::Duration;

use chathooks_event::{CloudEvent, Kind};
use shared::json::{Document, Value};
use shared::trace::is_traceparent;

use crate::error::Error;

/// The maximum length of an event id.
const MAX_ID: usize = 256;
/// The maximum length of a provider name in a log line.
const MAX_PROVIDER: usize = 32;

/// An event from the queue.
#[derive(Debug)]
pub struct Event {
    /// The event id: 1 to 256 visible ASCII characters. It stays the same when the event is redelivered.
    pub id: String,
    /// The body of the queue message, byte for byte.
    pub json: String,
    /// The trace of the webhook request, as a value of the W3C header `traceparent`. Send it with your own requests.
    pub traceparent: Option<String>,
    /// The time limit for handling the event. When it expires, the attempt fails.
    pub time_limit: Duration,
    provider: Option<String>,
    kind: Kind,
}

impl Event {
    /// Parses the body of a queue message: a JSON object with `specversion` 1.0, an `id` that is valid in a header, and an
    /// object `data`. Returns `None` for anything else; a retry would not help. The other members can have any type, because
    /// validating them is up to the receiver.
    #[must_use]
    pub fn parse(json: &str, time_limit: Duration) -> Option<Self> {
        let document = Document::parse(json.as_bytes()).ok()?;
        let (event, data) = (document.root(), document.root().get("data"));
        let id = event.get("id").string().filter(|id| is_id(id))?.into_owned();
        if !event.get("specversion").is("1.0") || !data.is_object() {
            return None;
        }
        let text = |value: Value<'_>| value.string().map(String::from);
        Some(Self {
            id,
            json: json.to_owned(),
            traceparent: text(event.get("traceparent")).filter(|own| is_traceparent(own)),
            time_limit,
            provider: text(data.get("provider")).filter(|name| is_provider(name)),
            kind: serde_json::from_str(data.get("kind").raw()).unwrap_or_default(),
        })
    }

    /// Returns the event as the version 1 type, for your own code.
    ///
    /// # Errors
    /// A member does not have its version 1 type.
    pub fn cloud_event(&self) -> Result<CloudEvent, Error> {
        serde_json::from_str(&self.json).map_err(|_| Error::new("a member of the event does not have its version 1 type"))
    }

    /// Returns the provider for log lines, or `None` if the text cannot be a provider name.
    pub(crate) fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// Returns the kind for log lines.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text can be a provider name. Other text can be personal data, which must not be logged.
fn is_provider(text: &str) -> bool {
    text.len() <= MAX_PROVIDER && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<Event> {
        Event::parse(json, Duration::ZERO)
    }

    #[test]
    fn an_event_has_a_version_an_id_and_data() {
        let event =
            |version: &str, id: &str, data: &str| parse(&format!(r#"{{"specversion":{version},"id":{id},"data":{data}}}"#)).is_some();
        let longest = format!("\"{}\"", "x".repeat(256));
        for id in [r#""a""#, r#""!~""#, r#""\u0061""#, &longest] {
            assert!(event(r#""1.0""#, id, "{}"), "{id}");
        }
        for id in [r#""""#, r#""a b""#, r#""\u00e9""#, r#""\ud800""#, r#""a\n""#, "7", "null", "[]", &format!("\"x{}", &longest[1..])] {
            assert!(!event(r#""1.0""#, id, "{}"), "{id}");
        }
        for version in [r#""0.3""#, "1.0", "null"] {
            assert!(!event(version, r#""a""#, "{}"), "{version}");
        }
        for data in ["null", "[]", r#""{}""#, "1"] {
            assert!(!event(r#""1.0""#, r#""a""#, data), "{data}");
        }
        for body in ["", "[]", "no json", r#"{"specversion":"1.0","id":"a"}"#, r#"[{"specversion":"1.0","id":"a","data":{}}]"#] {
            assert!(parse(body).is_none(), "{body}");
        }
    }

    #[test]
    fn other_members_can_have_any_type() {
        for value in ["null", "5", "-1.5", "1e999", "true", r#""\ud800""#, r#""""#, "[]", r#"{"a":[{}]}"#] {
            for member in ["source", "type", "subject", "time", "traceparent", "dataschema", "datacontenttype", "new"] {
                let twice = format!(r#""{member}":{value},"{member}":{value}"#);
                assert!(parse(&format!(r#"{{"specversion":"1.0","id":"a",{twice},"data":{{}}}}"#)).is_some(), "{twice}");
            }
            for member in ["provider", "kind", "status", "message", "conversation", "warnings", "original", "new"] {
                let json = format!(r#"{{"specversion":"1.0","id":"a","data":{{"{member}":{value}}}}}"#);
                assert!(parse(&json).is_some_and(|event| event.json == json && event.kind == Kind::Unknown), "{json}");
            }
        }
    }

    #[test]
    fn only_a_provider_name_is_logged() {
        let provider = |json: &str| parse(&format!(r#"{{"specversion":"1.0","id":"a","data":{{"provider":{json}}}}}"#))?.provider;
        assert_eq!(provider(r#""kommo""#).as_deref(), Some("kommo"));
        for other in
            [r#""Jane""#, r#""jane doe""#, r#""a@b.example""#, r#""+491701234567""#, &format!("\"{}\"", "a".repeat(33)), "5", "null"]
        {
            assert_eq!(provider(other), None, "{other}");
        }
    }

    #[test]
    fn your_code_gets_the_type_of_version_1_or_an_error() {
        let event = |data: &str| parse(&format!(r#"{{"specversion":"1.0","id":"a","data":{data}}}"#)).expect("an event").cloud_event();
        assert_eq!(event(r#"{"kind":"message","message":{"text":"hi"}}"#).map(|event| event.data.kind), Ok(Kind::Message));
        assert!(event(r#"{"message":"hi"}"#).is_err_and(|error| error.refused_status().is_none()));
    }
}
