//! The events of Kommo's bodies.

mod attachments;
mod generated;
mod multiple;

use serde_json::{Value, json};
use shared::event::{AttachmentKind, CloudEvent, Kind, Message, Participant, Role};
use testkit::{Pipeline, parts};

use crate::PROVIDER;

const SCOPE: &str = "/kommo/channel_1Ac";

fn events(body: &Value) -> Vec<CloudEvent> {
    parts::check(&Pipeline::new(&PROVIDER), SCOPE, body.to_string().as_bytes())
}

fn event(body: &Value) -> CloudEvent {
    let mut events = events(body);
    assert_eq!(events.len(), 1, "{body}");
    events.remove(0)
}

/// Returns the event of a version 2 body with these message fields.
fn nested(message: Value) -> CloudEvent {
    event(&json!({"account_id": "1ac", "time": 1_795_000_000, "message": {
        "sender": {"id": "agent-1", "client_id": null, "name": "Otto"},
        "receiver": {"id": "k-ada", "client_id": "ada", "name": "Ada", "phone": "+1 (415) 111-2233", "email": "ada@example.org"},
        "conversation": {"id": "k-chat", "client_id": "chat"},
        "timestamp": 1_795_000_001, "msec_timestamp": 1_795_000_001_234_i64, "message": message
    }}))
}

fn content(message: Value) -> Message {
    nested(message).data.message.expect("a message")
}

#[test]
fn a_message_goes_from_an_agent_to_a_customer() {
    let event = nested(json!({"id": "m-1", "type": "text", "text": "Hello"}));
    let data = event.data;
    let agent = Participant { id: Some("agent-1".to_owned()), role: Role::Agent, name: Some("Otto".to_owned()), ..Participant::default() };
    let customer = Participant {
        id: Some("ada".to_owned()),
        role: Role::Customer,
        name: Some("Ada".to_owned()),
        phone: Some("+1 (415) 111-2233".to_owned()),
        email: Some("ada@example.org".to_owned()),
    };
    assert_eq!((data.kind, data.sender, data.recipient), (Kind::Message, Some(agent), Some(customer)));
    assert_eq!((data.conversation.as_deref(), data.channel.as_deref()), (Some("chat"), Some("channel_1Ac")));
    assert_eq!((event.event_type.as_str(), event.time.as_str()), ("com.kommo.message", "2026-11-18T11:06:41.234Z"));
    assert!(data.warnings.is_empty(), "the case of the account id is ignored");
    assert!(data.original.signature.is_some());
}

#[test]
fn documented_examples_are_parsed() {
    let v1 =
        event(&json!({"receiver": "b55770b5", "conversation_id": "a4a5ab10", "type": "text", "text": "What is the best way to reach you?",
        "media": "", "thumbnail": "", "file_name": "", "file_size": 0}));
    assert_eq!((v1.data.kind, v1.data.conversation.as_deref(), v1.data.sender), (Kind::Message, Some("a4a5ab10"), None));
    assert_eq!(v1.data.recipient, Participant::with_id(Some("b55770b5".to_owned()), Role::Customer));
    let message = v1.data.message.expect("a message");
    assert_eq!((message.text.as_deref(), message.attachments.len()), (Some("What is the best way to reach you?"), 0));

    let v2 = event(&json!({"account_id": "1AC", "time": 1_596_470_952, "message": {
        "receiver": {"id": "sk-1376", "phone": "14151112233", "email": "example.client@example.com"}, "sender": {"id": "d8d9"},
        "conversation": {"id": "skc-8e3e"}, "timestamp": 1_596_470_952,
        "message": {"id": "c0a8", "type": "picture", "text": "", "media": "https://example.com/a.png", "thumbnail": "", "file_name": "a.png", "file_size": 223_732}}}));
    assert_eq!((v2.data.conversation.as_deref(), v2.time.as_str()), (Some("skc-8e3e"), "2020-08-03T16:09:12Z"));
    let message = v2.data.message.expect("a message");
    let picture = &message.attachments[0];
    assert_eq!((picture.kind, picture.size, picture.name.as_deref()), (AttachmentKind::Image, Some(223_732), Some("a.png")));
    assert_eq!((message.text, picture.thumbnail_url.as_deref()), (None, None));
}

#[test]
fn message_fields_can_be_one_level_up() {
    let event =
        event(&json!({"message": {"id": "m-1", "type": "picture", "media": "https://example.com/a", "file_name": "a", "text": "Look",
        "reply_to": {"message": {"id": "m-0"}}, "receiver": {"id": "ada"}}}));
    let message = event.data.message.expect("a message");
    assert_eq!((message.id.as_deref(), message.text.as_deref(), message.reply_to.as_deref()), (Some("m-1"), Some("Look"), Some("m-0")));
    assert_eq!(message.attachments[0].kind, AttachmentKind::Image);
}

#[test]
fn the_template_supplies_a_missing_text() {
    let template = json!({"id": 1, "content": "Hello {{1}}"});
    assert_eq!(content(json!({"type": "text", "text": "Hello Ada", "template": template})).text.as_deref(), Some("Hello Ada"));
    assert_eq!(content(json!({"type": "text", "text": "", "template": template})).text.as_deref(), Some("Hello {{1}}"));
    let v1 = event(&json!({"receiver": "ada", "type": "text", "text": "", "template": template}));
    assert_eq!(v1.data.message.expect("a message").text.as_deref(), Some("Hello {{1}}"));
}

#[test]
fn text_is_not_changed() {
    for text in [" *bold* <b>&amp;</b> {\"a\":1} ", "\u{fffe}\n", "0"] {
        assert_eq!(content(json!({"type": "text", "text": text})).text.as_deref(), Some(text));
    }
}

#[test]
fn a_reply_names_kommos_id_or_else_the_integrations() {
    let reply_to = |message: Value| content(json!({"type": "text", "text": "Yes", "reply_to": {"message": message}})).reply_to;
    assert_eq!(reply_to(json!({"id": "m-0", "msgid": "own-0"})).as_deref(), Some("m-0"));
    assert_eq!(reply_to(json!({"id": null, "msgid": "own-0"})).as_deref(), Some("own-0"));
    assert_eq!(reply_to(json!({"text": "What?"})), None);
}

#[test]
fn a_message_without_text_or_attachment_is_unknown() {
    for message in [
        json!({"id": "m-1", "type": "text", "text": ""}),
        json!({"id": "m-1", "type": "picture", "media": "", "file_name": "a.png"}),
        json!({"id": "m-1", "type": "text", "text": null, "forwards": {"messages": [{"id": "m-0", "text": "Old"}]}}),
        json!({"id": "m-1", "markup": {"buttons": [[{"text": "Yes"}]]}}),
        json!({"id": "m-1", "text": {"body": "Hello"}, "type": true}),
    ] {
        let event = nested(message.clone());
        assert_eq!(
            (event.data.kind, event.event_type.as_str(), event.data.message),
            (Kind::Unknown, "com.kommo.unknown", None),
            "{message}"
        );
        assert_eq!((event.data.conversation.as_deref(), event.time.as_str()), (Some("chat"), "2026-11-18T11:06:41.234Z"));
        assert!(event.data.sender.is_some() && event.data.recipient.is_some());
        assert_eq!(event.id, nested(json!({"id": "m-1", "text": "Hello"})).id, "the message id identifies it");
    }
    let v1 = event(&json!({"receiver": "ada", "conversation_id": "chat", "type": "text", "text": ""}));
    assert_eq!((v1.data.kind, v1.data.conversation.as_deref(), v1.data.message), (Kind::Unknown, Some("chat"), None));
    assert!(v1.data.recipient.is_some());
}

#[test]
fn an_unrecognized_message_object_is_unknown() {
    let crm = json!({"account": {"id": "1", "subdomain": "x"}, "message": {"add": [{"id": "a", "chat_id": "c", "text": "from CRM", "type": "incoming"}]}});
    for body in [
        crm,
        json!({"message": {}}),
        json!({"action": {}}),
        json!({"message": [1]}),
        json!({"text": null}),
        json!([{"text": "a"}]),
        json!([]),
    ] {
        let data = event(&body).data;
        assert_eq!((data.kind, data.message, data.sender, data.conversation), (Kind::Unknown, None, None, None), "{body}");
    }
}

#[test]
fn a_different_account_is_a_warning() {
    let warnings = |path: &str, account: Value| {
        let body = json!({"account_id": account, "message": {"message": {"id": "m-1", "text": "Hello"}}}).to_string();
        Pipeline::new(&PROVIDER).events(path, body.as_bytes()).remove(0).data.warnings
    };
    assert_eq!(warnings(SCOPE, json!("2ac")), ["account_mismatch"]);
    assert_eq!(warnings("/kommo/channel_acc_2", json!("2")), ["account_mismatch"]);
    for (path, account) in
        [(SCOPE, json!("1AC")), (SCOPE, Value::Null), (SCOPE, json!("")), ("/kommo", json!("2")), ("/kommo/channel", json!("2"))]
    {
        assert!(warnings(path, account.clone()).is_empty(), "{path} {account}");
    }
}

#[test]
fn ids_are_exact_and_empty_values_are_not_ids() {
    let body = r#"{"message":{"sender":{"client_id":0,"id":9007199254740993},"receiver":{"client_id":"","id":"+1 (415) 111"},
        "conversation":{"client_id":null,"id":18446744073709551615},"message":{"id":9223372036854775807,"text":"Hello"}}}"#;
    let data = parts::check(&Pipeline::new(&PROVIDER), SCOPE, body.as_bytes()).remove(0).data;
    assert_eq!(data.sender.expect("a sender").id.as_deref(), Some("9007199254740993"));
    assert_eq!(data.recipient.expect("a recipient").id.as_deref(), Some("+1 (415) 111"));
    assert_eq!(data.conversation.as_deref(), Some("18446744073709551615"));
    assert_eq!(data.message.expect("a message").id.as_deref(), Some("9223372036854775807"));
    let empty =
        event(&json!({"message": {"sender": {"id": 0, "name": ""}, "conversation": {"id": ""}, "message": {"text": "Hello"}}})).data;
    assert_eq!((empty.sender, empty.recipient, empty.conversation), (None, None, None));
}

#[test]
fn only_an_id_or_milliseconds_identify_an_event() {
    let is_stable = |body: Value| event(&body).id == event(&body).id;
    assert!(is_stable(json!({"message": {"message": {"id": "m-1", "text": "Yes"}}})));
    assert!(is_stable(json!({"message": {"msec_timestamp": 1_795_000_001_000_i64, "message": {"text": "Yes"}}})));
    assert!(is_stable(json!({"receiver": "ada", "msec_timestamp": "1795000001000", "text": "Yes"})));
    assert!(is_stable(json!({"msec_timestamp": 1_795_000_001_000_i64, "action": {"typing": {"user": {"id": 1}}}})));
    assert!(!is_stable(json!({"time": 1_795_000_001, "message": {"timestamp": 1_795_000_001, "message": {"text": "Yes"}}})));
    assert!(!is_stable(json!({"receiver": "ada", "msec_timestamp": 1_795_000_001, "text": "Yes"})));
    assert!(!is_stable(json!({"receiver": "ada", "text": "Yes"})));
}

#[test]
fn the_provider_is_consistent() {
    let webhook = &PROVIDER.webhooks[0];
    assert!(PROVIDER.vocabulary.is_sorted());
    assert_eq!(webhook.ack_budget.as_millis(), 3500);
    assert_eq!(webhook.lookup.names(Some("channel_account")).collect::<Vec<_>>(), ["channel_account", "channel"]);
    let example = serde_json::from_str(webhook.example).expect("JSON");
    assert_eq!(event(&example).data.kind, Kind::Message);
}
