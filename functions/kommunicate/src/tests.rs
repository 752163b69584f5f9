//! The events of Kommunicate's bodies.

mod arrays;

use serde_json::{Value, json};
use shared::event::{Attachment, AttachmentKind, CloudEvent, Kind, Participant, Role};
use shared::received::Received;
use shared::settings::Settings;
use shared::timestamp::Timestamp;
use shared::verify::Refusal;
use testkit::{Pipeline, parts};

use crate::PROVIDER;

const CHANNEL: &str = "/kommunicate/shop";

fn events(body: &Value) -> Vec<CloudEvent> {
    parts::check(&Pipeline::new(&PROVIDER), CHANNEL, body.to_string().as_bytes())
}

fn event(body: &Value) -> CloudEvent {
    let mut events = events(body);
    assert_eq!(events.len(), 1, "{body}");
    events.remove(0)
}

fn user(id: &str) -> Option<Participant> {
    Participant::with_id(Some(id.to_owned()), Role::Unknown)
}

#[test]
fn documented_examples_are_parsed() {
    let body = json!({"key": "message key", "from": "sender userId ", "to": "receiver userId", "groupId": 123_456, "clientGroupId": "123456",
        "groupName": "applozicGroup", "conversationId": 23_456, "message": "message content", "timeStamp": 1_461_590_467_000_i64,
        "receiverConnected": true, "receiverLastSeenAtTime": 1_457_958_424_000_i64, "metadata": {"key1": "value1"},
        "file": {"name": "a.gif", "url": "https://example.com/a", "contentType": "image/gif", "size": 28_150, "thumbnailUrl": "https://example.com/b"}});
    let CloudEvent { data, time, event_type, .. } = event(&body);
    assert_eq!(
        (event_type.as_str(), time.as_str(), data.conversation.as_deref()),
        ("io.kommunicate.message", "2016-04-25T13:21:07Z", Some("123456"))
    );
    assert_eq!((data.sender, data.recipient), (user("sender userId "), user("receiver userId")), "ids are not trimmed");
    let message = data.message.expect("a message");
    assert_eq!((message.id.as_deref(), message.text.as_deref(), message.reply_to), (Some("message key"), Some("message content"), None));
    let file = Attachment {
        kind: AttachmentKind::Image,
        url: Some("https://example.com/a".to_owned()),
        name: Some("a.gif".to_owned()),
        content_type: Some("image/gif".to_owned()),
        size: Some(28_150),
        thumbnail_url: Some("https://example.com/b".to_owned()),
        ..Attachment::default()
    };
    assert_eq!(message.attachments, [file]);

    let group = json!({"key": "message key", "from": "sender unique id", "groupId": 123_456, "message": "message content"});
    assert_eq!(event(&group).data.recipient, None);
}

#[test]
fn the_group_id_takes_precedence_over_other_ids_and_the_two_users() {
    let mut body = json!({"key": "k", "from": "b", "to": "a", "message": "Hello", "groupId": 9_007_199_254_740_993_i64, "clientGroupId": "own", "conversationId": 7});
    for (conversation, next) in [("9007199254740993", "groupId"), ("own", "clientGroupId"), ("7", "conversationId"), ("a:b", "to")] {
        assert_eq!(event(&body).data.conversation.as_deref(), Some(conversation));
        body[next] = [json!(0), json!(""), Value::Null][conversation.len() % 3].clone();
    }
    assert_eq!(event(&body).data.conversation, None, "a missing user is not guessed");
}

#[test]
fn each_pair_of_users_has_its_own_conversation() {
    let pair = |one: &str, other: &str| event(&json!({"from": one, "to": other, "message": "Hello"})).data.conversation;
    for (one, other, expected) in [
        ("ana@example.org", "desk", "ana@example.org:desk"),
        ("a:b", "c", "a%3Ab:c"),
        ("a", "b:c", "a:b%3Ac"),
        ("a%3Ab", "c", "a%253Ab:c"),
        ("\u{ffff}", "\u{10000}", "\u{ffff}:\u{10000}"),
        // Ordered by code point, before escaping.
        ("a:", "a0", "a0:a%3A"),
        ("10", "9", "10:9"),
        ("a", "a", "a:a"),
    ] {
        assert_eq!(pair(one, other).as_deref(), Some(expected));
        assert_eq!(pair(other, one).as_deref(), Some(expected));
    }
}

#[test]
fn numeric_ids_stay_exact() {
    let body = r#"{"key":18446744073709551615,"from":9223372036854775807,"to":"007","message":12}"#;
    let data = parts::check(&Pipeline::new(&PROVIDER), CHANNEL, body.as_bytes()).remove(0).data;
    assert_eq!((data.sender, data.recipient), (user("9223372036854775807"), user("007")));
    assert_eq!(data.conversation.as_deref(), Some("007:9223372036854775807"));
    let message = data.message.expect("a message");
    assert_eq!((message.id.as_deref(), message.text.as_deref()), (Some("18446744073709551615"), Some("12")));
}

#[test]
fn text_is_not_changed() {
    for text in ["  <b>&amp;</b> ", "{\"a\":1}", "\n"] {
        let message = event(&json!({"message": text})).data.message.expect("a message");
        assert_eq!(message.text.as_deref(), Some(text));
    }
}

#[test]
fn the_media_type_determines_a_files_kind() {
    let kind = |content_type: Value| {
        let message = event(&json!({"file": {"contentType": content_type, "name": "a"}})).data.message.expect("a message");
        assert_eq!(message.text, None);
        message.attachments[0].kind
    };
    assert_eq!(kind(json!("video/mp4")), AttachmentKind::Video);
    assert_eq!(kind(json!("Audio/ogg; codecs=opus")), AttachmentKind::Audio);
    assert_eq!(kind(json!("application/pdf")), AttachmentKind::File);
    assert_eq!(kind(Value::Null), AttachmentKind::File);
}

#[test]
fn a_message_without_text_or_file_is_unknown() {
    let who = json!({"key": "k-1", "from": "bot", "groupId": 7, "timeStamp": 1_795_000_001_234_i64});
    let id = event(&json!({"key": "k-1", "message": "Hello"})).id;
    for content in [
        json!({}),
        json!({"message": "", "file": null, "metadata": {"payload": "[]"}}),
        json!({"message": {"text": "Hello"}, "file": "https://example.com/a"}),
        json!({"message": null, "file": {"name": "", "size": 0, "x": 1}}),
    ] {
        let mut body = who.clone();
        body.as_object_mut().expect("an object").extend(content.as_object().expect("an object").clone());
        let event = event(&body);
        assert_eq!(
            (event.data.kind, event.event_type.as_str(), event.data.message),
            (Kind::Unknown, "io.kommunicate.unknown", None),
            "{body}"
        );
        assert_eq!((event.data.conversation.as_deref(), event.data.sender), (Some("7"), user("bot")));
        assert_eq!((event.id == id, event.time.as_str()), (true, "2026-11-18T11:06:41.234Z"));
    }
}

#[test]
fn only_a_key_or_milliseconds_identify_an_event() {
    let is_stable = |body: Value| event(&body).id == event(&body).id;
    assert!(is_stable(json!({"key": "k", "message": "Yes"})));
    assert!(is_stable(json!({"timeStamp": 1_457_958_424_000_i64, "message": "Yes"})));
    assert!(is_stable(json!({"timeStamp": "1457958424000", "message": "Yes"})));
    assert!(!is_stable(json!({"timeStamp": 1_457_958_424, "message": "Yes"})), "two messages can be written in the same second");
    assert!(!is_stable(json!({"timeStamp": 0, "message": "Yes"})));
    assert!(!is_stable(json!({"message": "Yes"})));
    assert_eq!(event(&json!({"timeStamp": 1_457_958_424, "message": "Yes"})).time, "2016-03-14T12:27:04Z");
}

#[test]
fn a_token_is_accepted_in_either_header_wrapped_or_not() {
    // printf abcdef | base64: Kommunicate's own example.
    let settings = Settings::new(|name| (name == crate::KOMMUNICATE_TOKEN).then(|| "abcdef".to_owned()));
    let endpoint = &PROVIDER.endpoints(&settings).expect("endpoints")[0];
    let verify = |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        endpoint.verify(&Received { headers, ..Received::default() }, None, Timestamp::now()).map(|verified| verified.key_position())
    };
    assert_eq!(verify(&[("Authentication", "Basic YWJjZGVm")]), Ok(Some(0)));
    assert_eq!(verify(&[("authorization", "basic  YWJj ZGVm")]), Ok(Some(0)));
    assert_eq!(verify(&[("authorization", "Basic YWJjZGVm"), ("authentication", "Basic YWJjZGVn")]), Err(Refusal::WrongToken));
    assert_eq!(verify(&[("authorization", "Basic OmFiY2RlZg==")]), Err(Refusal::WrongToken), "the token has no user");
    assert_eq!(verify(&[]), Err(Refusal::MissingHeader));
}

#[test]
fn the_provider_is_consistent() {
    let webhook = &PROVIDER.webhooks[0];
    assert!(PROVIDER.vocabulary.is_sorted());
    let example = serde_json::from_str(webhook.example).expect("JSON");
    assert_eq!(event(&example).data.kind, Kind::Message);
    let settings = Settings::new(|name| (name == crate::KOMMUNICATE_ALLOW_UNAUTHENTICATED).then(|| "true".to_owned()));
    assert!(PROVIDER.endpoints(&settings).expect("endpoints")[0].is_waived());
    assert!(PROVIDER.endpoints(&Settings::new(|_| None)).is_err());
}
