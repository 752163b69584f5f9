//! The CloudEvent: its context attributes, and the shape of its data.

use serde_json::{Value, json};

use super::{context, digest};
use crate::{Subject, schema};

const ATTACHMENT: [&str; 6] = ["kind", "url", "name", "content_type", "size", "thumbnail_url"];
const ATTACHMENT_KINDS: [&str; 10] = ["image", "video", "audio", "voice", "file", "sticker", "location", "contact", "template", "other"];
const DATA: [&str; 11] =
    ["provider", "kind", "channel", "conversation", "sender", "recipient", "message", "status", "reaction", "warnings", "original"];

/// Checks one event from a webhook's channel.
///
/// # Panics
/// If the event violates the contract.
pub fn check(subject: &Subject, event: &Value, channel: Option<&str>) {
    assert_eq!(schema::violations(event), Vec::<String>::new(), "{event}");
    let data = &event["data"];
    let kind = data["kind"].as_str().expect("a kind");
    let names = ["specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "traceparent", "data"];
    let subject_name = data["conversation"].as_str().map(|_| "subject");
    has_exactly(event, &names.into_iter().chain(subject_name).collect::<Vec<_>>());
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["datacontenttype"], "application/json");
    assert_eq!(event["dataschema"], "urn:chathooks:data:1");
    let source = context::source(subject.provider.name, channel);
    assert_eq!(event["source"], source);
    assert_eq!(event["type"], format!("{}.{kind}", subject.provider.type_prefix));
    if let Some(conversation) = data["conversation"].as_str() {
        assert_eq!(event["subject"], digest(&source, conversation));
        assert!(!conversation.is_empty());
    }
    let time = event["time"].as_str().expect("a time");
    assert!(time.ends_with('Z') && !time.ends_with(".000Z") && matches!(time.len(), 20 | 24), "{time}");

    has_exactly(data, &DATA);
    assert_eq!(data["provider"], subject.provider.name);
    assert_eq!(data["channel"], json!(channel));
    assert!(["message", "status", "reaction", "typing", "notice", "unknown"].contains(&kind), "{kind}");
    for name in ["message", "status", "reaction"] {
        assert_eq!(data[name].is_null(), kind != name, "{name} of a {kind}");
    }
    for person in [&data["sender"], &data["recipient"]].into_iter().filter(|person| !person.is_null()) {
        has_exactly(person, &["id", "role", "name", "phone", "email"]);
        let role = person["role"].as_str().unwrap_or_default();
        assert!(["agent", "customer", "bot", "business", "unknown"].contains(&role), "{role}");
        let known: Vec<&Value> =
            ["id", "name", "phone", "email"].iter().map(|name| &person[name]).filter(|value| !value.is_null()).collect();
        assert!(!known.is_empty() && known.iter().all(|value| *value != ""), "{person} has no identity");
    }
    if kind == "message" {
        message(&data["message"]);
    }
    has_exactly(&data["original"], &["body", "encoding", "sha256", "signature", "part"]);
}

fn message(message: &Value) {
    has_exactly(message, &["id", "text", "attachments", "reply_to", "replaces"]);
    let attachments = message["attachments"].as_array().expect("attachments");
    for attachment in attachments {
        let coordinates =
            ["latitude", "longitude"].into_iter().filter(|name| attachment["kind"] == "location" && !attachment[name].is_null());
        has_exactly(attachment, &ATTACHMENT.into_iter().chain(coordinates).collect::<Vec<_>>());
        assert!(ATTACHMENT_KINDS.iter().any(|kind| attachment["kind"] == *kind), "{attachment}");
    }
    let has_content = !attachments.is_empty() || ["text", "replaces"].iter().any(|name| !message[name].is_null());
    assert!(has_content, "an empty message: {message}");
}

fn has_exactly(object: &Value, names: &[&str]) {
    let object = object.as_object().unwrap_or_else(|| panic!("not an object: {object}"));
    let mut expected = names.to_vec();
    expected.sort_unstable();
    assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>(), expected);
}
