//! The queue's contract, checked on a message as a consumer gets it: written from the contract, and not by calling
//! the code under test.

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::proof::sha256;
use crate::{Delivered, Post, StoredMessage, Subject, schema};

/// What a provider's own rules make the identity of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The provider's own id.
    Given(String),
    /// The body, which has a timestamp in milliseconds.
    Body,
    /// None.
    Fresh,
}

const ATTACHMENT: [&str; 6] = ["kind", "url", "name", "content_type", "size", "thumbnail_url"];
const ATTACHMENT_KINDS: [&str; 10] = ["image", "video", "audio", "voice", "file", "sticker", "location", "contact", "template", "other"];

/// Checks all messages of a request that was queued. `identity` reads an element of the body.
///
/// # Panics
/// When a message is not as the contract says.
pub fn check(subject: &Subject, post: &Post, delivered: &Delivered, channel: Option<&str>, identity: fn(&Value) -> Identity) {
    let count = delivered.messages.len();
    assert!(count > 0, "nothing was queued");
    let body = String::from_utf8_lossy(&post.body);
    let mut rest = body.as_ref();
    for (index, message) in delivered.messages.iter().enumerate() {
        let event = message.json();
        let data = &event["data"];
        shape(subject, &event, channel);
        attributes(&event, message, &delivered.answer.trace_id);

        let original = &data["original"];
        assert_eq!(original["sha256"], sha256(&post.body));
        let own = original["body"].as_str().expect("the original body");
        if std::str::from_utf8(&post.body).is_err() {
            assert_eq!((STANDARD.decode(own).expect("base64"), &original["encoding"]), (post.body.clone(), &json!("base64")));
            return;
        }
        assert_eq!(original["encoding"], "utf-8");
        if count == 1 {
            assert_eq!((own, &original["part"]), (body.as_ref(), &Value::Null));
        } else {
            assert_eq!(original["part"], json!({"index": index, "count": count}));
            let (_, after) = rest.split_once(own).expect("a slice of the body, after the one before it");
            rest = after;
        }
        id(subject, &event, identity(&lenient(own)), index, &post.body, &delivered.received);
    }
}

/// The events as a snapshot can hold them: what was made in this very delivery is replaced.
pub fn stable(delivered: &Delivered) -> Vec<Value> {
    let events = delivered.messages.iter().map(StoredMessage::json).map(|mut event| {
        if is_fresh(event["id"].as_str().unwrap_or_default(), &delivered.received) {
            event["id"] = json!("[fresh]");
        }
        if delivered.received.contains(&moment(&event)) {
            event["time"] = json!("[receipt]");
        }
        event
    });
    events.collect()
}

/// The first 32 hex digits of SHA-256 over a source and a name within it.
pub fn digest(source: &str, name: &str) -> String {
    sha256(format!("{source}\n{name}").as_bytes())[..32].to_owned()
}

/// JSON whose `\u` escapes, lone surrogates among them, may stay undone.
fn lenient(text: &str) -> Value {
    let undone = || serde_json::from_str(&text.replace("\\u", "\\\\u"));
    serde_json::from_str(text).or_else(|_| undone()).unwrap_or_default()
}

pub(crate) fn shape(subject: &Subject, event: &Value, channel: Option<&str>) {
    assert_eq!(schema::violations(event), Vec::<String>::new(), "{event}");
    let data = &event["data"];
    let kind = data["kind"].as_str().expect("a kind");
    let subject_key = if event["subject"].is_null() { None } else { Some("subject") };
    let names = ["specversion", "id", "source", "type", "time", "datacontenttype", "data"];
    has_exactly(event, &names.into_iter().chain(subject_key).collect::<Vec<_>>());
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["datacontenttype"], "application/json");
    assert_eq!(event["source"], channel.map_or_else(|| format!("/{}", subject.provider), |name| source(subject, name)));
    assert_eq!(event["type"], format!("{}.{kind}", subject.event_type));
    assert_eq!(event["subject"], data["conversation"]);
    let time = event["time"].as_str().expect("a time");
    assert!(time.ends_with('Z') && !time.ends_with(".000Z") && matches!(time.len(), 20 | 24), "{time}");

    has_exactly(
        data,
        &["provider", "kind", "channel", "conversation", "sender", "recipient", "message", "status", "reaction", "warnings", "original"],
    );
    assert_eq!(data["provider"], subject.provider);
    assert_eq!(data["channel"], json!(channel));
    assert!(["message", "status", "reaction", "typing", "notice", "unknown"].contains(&kind), "{kind}");
    for name in ["message", "status", "reaction"] {
        assert_eq!(data[name].is_null(), kind != name, "{name} of a {kind}");
    }
    for person in [&data["sender"], &data["recipient"]].into_iter().filter(|person| !person.is_null()) {
        has_exactly(person, &["id", "role", "name", "phone", "email"]);
        let role = person["role"].as_str().unwrap_or_default();
        assert!(["agent", "customer", "bot", "business", "unknown"].contains(&role), "{role}");
        assert!(["id", "name", "phone", "email"].iter().any(|name| !person[name].is_null()), "nothing is known of {person}");
    }
    if kind == "message" {
        has_exactly(&data["message"], &["id", "text", "attachments", "reply_to"]);
        for attachment in data["message"]["attachments"].as_array().expect("attachments") {
            let place =
                ["latitude", "longitude"].into_iter().filter(|name| attachment["kind"] == "location" && !attachment[name].is_null());
            has_exactly(attachment, &ATTACHMENT.into_iter().chain(place).collect::<Vec<_>>());
            assert!(ATTACHMENT_KINDS.iter().any(|kind| attachment["kind"] == *kind), "{attachment}");
        }
    }
    has_exactly(&data["original"], &["body", "encoding", "sha256", "signature", "part"]);
}

fn attributes(event: &Value, message: &StoredMessage, trace: &str) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut expected = vec![
        ("content-type".to_owned(), "application/cloudevents+json".to_owned()),
        ("provider".to_owned(), text(&event["data"]["provider"])),
        ("type".to_owned(), text(&event["type"])),
    ];
    expected.push(("traceparent".to_owned(), traceparent(trace)));
    expected.extend(message.attributes.get("reason").map(|reason| ("reason".to_owned(), reason.clone())));
    expected.sort();
    assert_eq!(message.attributes.clone().into_iter().collect::<Vec<_>>(), expected);
    // moto forgets the system attributes of a batch's entries.
    let several = !event["data"]["original"]["part"].is_null();
    assert!(several || message.system.get("AWSTraceHeader").is_some_and(|stored| stored == trace), "{:?}", message.system);
    assert_eq!(message.system["MessageGroupId"], sha256(text(&event["source"]).as_bytes())[..32]);
    // What SQS refuses, though moto does not.
    let refused = |character: char| matches!(character, '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}');
    assert!(!message.body.contains(refused), "{}", message.body);
}

/// The runtime's trace header as W3C's `traceparent`.
fn traceparent(header: &str) -> String {
    let part = |name: &str| header.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).expect("a part");
    let trace = part("Root").strip_prefix("1-").expect("version 1").replace('-', "");
    format!("00-{trace}-{}-0{}", part("Parent"), part("Sampled"))
}

fn id(subject: &Subject, event: &Value, identity: Identity, index: usize, body: &[u8], received: &RangeInclusive<u64>) {
    let id = event["id"].as_str().expect("an id");
    let digits = id.strip_prefix(&format!("{}-", subject.provider)).expect("the provider's name first");
    assert!(digits.len() == 32 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    let source = event["source"].as_str().unwrap_or_default();
    let signed = String::from_utf8_lossy(body);
    match identity {
        Identity::Given(identity) => assert_eq!(digits, digest(source, &identity), "the identity is {identity}"),
        Identity::Body => {
            let body = sha256(signed.trim_end_matches(['\r', '\n']).as_bytes());
            assert_eq!(digits, digest(source, &format!("body:{index}:{body}")));
        }
        Identity::Fresh => assert!(is_fresh(id, received), "{id} is no UUIDv7 of this delivery"),
    }
}

/// Whether an id is a UUIDv7 that was made within this time.
fn is_fresh(id: &str, received: &RangeInclusive<u64>) -> bool {
    let digits = id.rsplit('-').next().unwrap_or_default();
    let millis = digits.get(..12).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    millis.is_some_and(|millis| received.contains(&millis))
        && digits.get(12..13) == Some("7")
        && digits.get(16..17).is_some_and(|variant| "89ab".contains(variant))
}

/// The event's time in milliseconds since 1970.
fn moment(event: &Value) -> u64 {
    let time = event["time"].as_str().expect("a time");
    let time = OffsetDateTime::parse(time, &Rfc3339).unwrap_or_else(|error| panic!("{time} is not RFC 3339: {error}"));
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).expect("after 1970")
}

/// `/<provider>/<channel>` as a URI reference (RFC 3986: what is no `pchar` is percent-encoded).
fn source(subject: &Subject, channel: &str) -> String {
    let is_pchar = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let encode = |byte: u8| if is_pchar(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("/{}/{}", subject.provider, channel.bytes().map(encode).collect::<String>())
}

fn has_exactly(object: &Value, names: &[&str]) {
    let object = object.as_object().unwrap_or_else(|| panic!("no object: {object}"));
    let mut expected = names.to_vec();
    expected.sort_unstable();
    assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>(), expected);
}
