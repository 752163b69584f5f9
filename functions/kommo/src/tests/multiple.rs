//! Actions, and bodies with multiple events.

use serde_json::{Value, json};
use shared::event::{CloudEvent, Kind, Participant, Reaction, Role};
use testkit::{Pipeline, parts};

use super::{SCOPE, event, events};
use crate::PROVIDER;

fn kinds(events: &[CloudEvent]) -> Vec<Kind> {
    events.iter().map(|event| event.data.kind).collect()
}

fn bodies(events: &[CloudEvent]) -> Vec<Value> {
    events.iter().map(|event| serde_json::from_str(&event.data.original.body).expect("JSON")).collect()
}

fn typing(who: &str) -> Value {
    json!({"user": {"id": who}, "conversation": {"id": "k-chat", "client_id": "chat"}, "expired_at": 1_795_000_006})
}

#[test]
fn typing_has_a_sender_and_a_conversation() {
    let typing = event(&json!({"account_id": "1ac", "time": 1_795_000_001, "action": {"typing": typing("agent-1")}}));
    assert_eq!((typing.data.kind, typing.data.conversation.as_deref()), (Kind::Typing, Some("chat")));
    assert_eq!(typing.data.sender, Participant::with_id(Some("agent-1".to_owned()), Role::Agent));
    assert_eq!((typing.data.recipient, typing.time.as_str()), (None, "2026-11-18T11:06:41Z"));
}

#[test]
fn a_reaction_can_be_added_or_removed() {
    let reaction = |about: Value| event(&json!({"action": {"reaction": about}})).data.reaction.expect("a reaction");
    let given = reaction(json!({"type": "react", "emoji": "👍", "msgid": "own-1", "message": {"id": "m-1"}}));
    assert_eq!(given, Reaction { emoji: Some("👍".to_owned()), message_id: Some("own-1".to_owned()), removed: false });
    let taken = reaction(json!({"type": "unreact", "message": {"id": "m-1", "msgid": "own-1"}}));
    assert_eq!(taken, Reaction { emoji: None, message_id: Some("m-1".to_owned()), removed: true });
    assert_eq!(reaction(json!({"message": {"msgid": "own-1"}})).message_id.as_deref(), Some("own-1"));
}

#[test]
fn an_unknown_action_keeps_its_sender_and_conversation() {
    for action in [json!({"poll_vote": typing("agent-1")}), json!({"type": "x", "user": {"id": "agent-1"}, "conversation": {"id": "chat"}})]
    {
        let data = event(&json!({"action": action})).data;
        assert_eq!((data.kind, data.conversation.as_deref()), (Kind::Unknown, Some("chat")));
        assert_eq!(data.sender.expect("a sender").id.as_deref(), Some("agent-1"));
    }
}

#[test]
fn a_message_beside_an_action_is_a_separate_event() {
    let message =
        json!({"sender": {"id": "agent-1"}, "conversation": {"id": "chat"}, "message": {"id": "m-1", "type": "text", "text": "Hello"}});
    let body = json!({"account_id": "2ac", "action": {"typing": typing("agent-2"), "v": 1}, "message": message});
    let events = events(&body);
    assert_eq!(kinds(&events), [Kind::Typing, Kind::Message]);
    assert_eq!(bodies(&events), [json!({"account_id": "2ac", "action": body["action"]}), json!({"account_id": "2ac", "message": message})]);
    assert!(events.iter().all(|event| event.data.warnings == ["account_mismatch"]));
}

#[test]
fn each_member_of_an_action_is_an_event() {
    let reaction = json!({"user": {"id": "agent-1"}, "type": "react", "emoji": "👍", "msgid": "m-0"});
    let vote = typing("agent-3");
    let events =
        events(&json!({"time": 1, "action": {"poll_vote": vote, "reaction": reaction, "typing": typing("agent-2"), "via": {"a": 1}}}));
    assert_eq!(kinds(&events), [Kind::Unknown, Kind::Reaction, Kind::Typing]);
    let part = |name: &str, about: Value| json!({"time": 1, "action": {name: about, "via": {"a": 1}}});
    assert_eq!(bodies(&events), [part("poll_vote", vote), part("reaction", reaction), part("typing", typing("agent-2"))]);
}

#[test]
fn an_unknown_member_with_a_conversation_is_a_separate_event() {
    let archived = json!({"conversation": {"id": "chat"}, "by": {"id": "agent-2"}});
    let body = json!({"message": {"message": {"id": "m-1", "text": "Hello"}}, "chat_archived": archived, "source": {"external_id": "web"}});
    let separate = events(&body);
    assert_eq!(kinds(&separate), [Kind::Unknown, Kind::Message], "in body order; serde_json sorts the names");
    assert_eq!(bodies(&separate)[0], json!({"chat_archived": archived, "source": {"external_id": "web"}}));
    // Next to version 1 fields, it stays with the message.
    let mut flat = body;
    flat["receiver"] = json!("ada");
    assert_eq!(kinds(&events(&flat)), [Kind::Message]);
}

#[test]
fn each_member_with_the_same_name_is_an_event() {
    let body = r#"{"message":{"message":{"id":"m-1","text":"One"}},"mess\u0061ge":{"message":{"id":"m-1","text":"Two"}},"message":{},"action":[{}]}"#;
    let events = parts::check(&Pipeline::new(&PROVIDER), SCOPE, body.as_bytes());
    let texts: Vec<_> = events.iter().map(|event| event.data.message.as_ref().and_then(|message| message.text.as_deref())).collect();
    assert_eq!(texts, [Some("One"), Some("Two"), None]);
    assert_eq!(events[0].data.original.body, r#"{"message":{"message":{"id":"m-1","text":"One"}},"message":{}}"#);
    assert_eq!(events[2].data.original.body, r#"{"message":{},"action":[{}]}"#);
}

#[test]
fn an_empty_object_is_not_an_event() {
    assert_eq!(kinds(&events(&json!({"action": {"typing": typing("agent-1")}, "message": {}}))), [Kind::Typing]);
    let v1 = event(&json!({"message": {}, "receiver": "ada", "text": "Hello"}));
    assert_eq!(v1.data.kind, Kind::Message);
}

#[test]
fn more_than_a_thousand_events_become_one() {
    let typing = |count: usize| format!(r#"{{"action":{{{}}}}}"#, vec![r#""typing":{}"#; count].join(","));
    let pipeline = Pipeline::new(&PROVIDER);
    assert_eq!(pipeline.events(SCOPE, typing(1_000).as_bytes()).len(), 1_000);
    let events = pipeline.events(SCOPE, typing(1_001).as_bytes());
    assert_eq!((events.len(), &*events[0].data.warnings), (1, &["too_many_events".to_owned()][..]));
    assert_eq!(events[0].data.original.body, typing(1_001));
}

#[test]
fn a_deeply_nested_body_is_parsed() {
    let mut body = "1".to_owned();
    for _ in 0..10_000 {
        body = format!(r#"{{"a":[{body}],"b":1e999}}"#);
    }
    let events = Pipeline::new(&PROVIDER).events(SCOPE, body.as_bytes());
    assert_eq!((kinds(&events), events[0].data.original.body == body), (vec![Kind::Unknown], true));
}
