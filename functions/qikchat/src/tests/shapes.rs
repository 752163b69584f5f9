//! The shapes in which a body can hold events.

use serde_json::{Value, json};
use shared::event::{CloudEvent, Kind, Role};

use super::{change, entry, event, events, message, value, who};

fn text(id: &str, text: &str) -> Value {
    json!({"from": "12025550163", "id": id, "timestamp": "1795000355", "type": "text", "text": {"body": text}})
}

fn texts(events: &[CloudEvent]) -> Vec<Option<&str>> {
    events.iter().map(|event| event.data.message.as_ref().and_then(|message| message.text.as_deref())).collect()
}

fn kinds(body: &Value) -> Vec<Kind> {
    events(body).iter().map(|event| event.data.kind).collect()
}

fn own(payload: Value) -> Value {
    json!({"event": "whatsapp:message:in", "payload": payload})
}

#[test]
fn qikchats_own_shape() {
    let payload = json!({
        "id": "p-1", "contacts": [{"profile": {"name": "Ada"}, "to": "+12025550163"}],
        "message": {"from": "447700900150", "timestamp": "2026-11-18T11:36:23.132Z", "type": "text", "text": {"body": "Hello"},
                    "context": {"messageId": "wamid.0"}},
    });
    for body in [
        own(payload.clone()),
        json!({"message": own(payload.clone())}),
        json!({"statuses": own(payload.clone())}),
        json!({"event": "whatsapp:message:in", "message": {"payload": payload}}),
    ] {
        let event = event(&body);
        let message = event.data.message.expect("a message");
        assert_eq!(
            (message.id.as_deref(), message.text.as_deref(), message.reply_to.as_deref()),
            (Some("p-1"), Some("Hello"), Some("wamid.0"))
        );
        assert_eq!(event.data.conversation.as_deref(), Some("12025550163"));
        assert_eq!(who(event.data.sender.as_ref()), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
        assert_eq!(who(event.data.recipient.as_ref()), Some([Some("447700900150"), None, Some("447700900150")]));
        assert_eq!(event.time, "2026-11-18T11:36:23.132Z");
    }
}

#[test]
fn arrays_within_a_payload_are_its_content() {
    let payload = json!({
        "id": "p-1", "tags": [{"name": "vip"}], "errors": [{"code": 1}], "contacts": [{"to": "12025550163"}, {"to": "12025550177"}],
        "message": {"from": "447700900150", "type": "contacts", "contacts": [{"name": {"formatted_name": "Bo"}}], "statuses": [{}, {}]},
    });
    let message = message(&own(payload));
    assert_eq!(message.attachments.iter().map(|card| card.name.as_deref()).collect::<Vec<_>>(), [Some("Bo")]);
}

#[test]
fn a_bare_message_and_a_bare_status_are_one_event_each() {
    let body = json!({
        "contacts": [{"wa_id": "12025550163", "profile": {"name": "Ada"}}, {"wa_id": "12025550177", "profile": {"name": "Bo"}}],
        "message": text("m-1", "Hello"),
        "statuses": {"id": "m-0", "to": "12025550177", "status": "Read", "timestamp": 1_795_000_356},
    });
    let events = events(&body);
    assert_eq!(events.iter().map(|event| event.data.kind).collect::<Vec<_>>(), [Kind::Message, Kind::Status]);
    assert_eq!(who(events[0].data.sender.as_ref()), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    assert_eq!(who(events[1].data.sender.as_ref()), Some([Some("12025550177"), Some("Bo"), Some("12025550177")]));
    assert!(!events[0].data.original.body.contains("12025550177") && !events[1].data.original.body.contains("12025550163"));
}

#[test]
fn whatsapps_arrays_can_be_anywhere() {
    let members = json!({"contacts": [{"wa_id": "12025550163", "profile": {"name": "Ada"}}], "messages": [text("m-1", "one"), text("m-2", "two")],
                         "statuses": [{"id": "m-0", "status": "sent", "recipient_id": "12025550163", "timestamp": "1795000355"}]});
    let account = entry(json!([{"field": "messages", "value": members}]));
    for body in [
        members.clone(),
        json!({"event": "whatsapp:message:in", "payload": members}),
        json!({"message": {"event": "whatsapp:message:in", "payload": members}}),
        json!({"payload": account}),
        json!({"message": {"payload": account}}),
        account.clone(),
    ] {
        let events = events(&body);
        assert_eq!(texts(&events).iter().flatten().count(), 2, "{body}");
        assert_eq!(events.iter().filter(|event| event.data.kind == Kind::Status).count(), 1);
        assert!(events.iter().all(|event| event.data.sender.as_ref().is_some_and(|sender| sender.name.as_deref() == Some("Ada"))));
    }
}

#[test]
fn every_object_in_any_array_of_a_value_is_an_event() {
    let body = change(json!({
        "contacts": [{"wa_id": "12025550163"}],
        "messages": [text("m-1", "one"), "not an object", 5],
        "message_echoes": [{"from": "447700900150", "to": "12025550163", "id": "e-1", "timestamp": "1795000355", "type": "text", "text": {"body": "echo"}}],
        "errors": [{"code": 131_000, "title": "Something went wrong"}],
        "calls": [{"id": "c-1", "event": "connect"}, {"id": "c-1", "event": "terminate"}],
        "tomorrow": [{"a": 1}, [{"b": 2}], null],
    }));
    let kinds = kinds(&body);
    assert_eq!(kinds.iter().filter(|kind| **kind == Kind::Message).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == Kind::Unknown).count(), 4);
    assert_eq!(kinds.len(), 6);
}

#[test]
fn a_change_without_such_an_object_is_one_event() {
    let body = entry(json!([
        {"field": "messages", "value": value(json!({"messages": [text("m-1", "one")]}))},
        {"field": "account_update", "value": {"event": "VERIFIED"}},
        {"field": "messages", "value": value(json!({"messages": [], "contacts": [{"wa_id": "12025550177"}], "errors": ["text"]}))},
        {"field": "empty"},
        {},
        {"field": "smb_message_echoes", "value": {"message_echoes": [{"from": "447700900150", "to": "12025550163", "id": "e-1", "type": "text", "text": {"body": "echo"}}]}},
    ]));
    let events = events(&body);
    assert_eq!(texts(&events), [Some("one"), None, None, None, None, Some("echo")]);
    assert!(events[1..5].iter().all(|event| event.data.kind == Kind::Unknown && event.data.conversation.is_none()));
    assert!(events[2].data.original.body.contains("12025550177"));
    assert!(!events[0].data.original.body.contains("12025550177"));
}

#[test]
fn multiple_entries_are_split() {
    let one = |id: &str, text_: &str| json!({"id": id, "changes": [{"field": "messages", "value": value(json!({"messages": [text(id, text_)]}))}]});
    let body = json!({"object": "whatsapp_business_account", "entry": [one("e-1", "first"), {"id": "none"}, one("e-2", "second"), 7]});
    let events = events(&body);
    assert_eq!(texts(&events), [Some("first"), Some("second")]);
    assert!(!events[0].data.original.body.contains("e-2") && events[0].data.original.body.contains("none"));
}

#[test]
fn an_echo_goes_from_the_business_to_the_customer() {
    let echo = json!({"from": "447700900150", "to": "12025550163", "id": "wamid.E1", "timestamp": "1795000380", "type": "text", "text": {"body": "From the shop"}});
    let body = entry(
        json!([{"field": "smb_message_echoes", "value": value(json!({"contacts": [{"wa_id": "12025550163", "profile": {"name": "Ada"}}], "message_echoes": [echo]}))}]),
    );
    let [one, again] = [event(&body), event(&body)];
    assert_eq!(one.id, again.id);
    assert_eq!(who(one.data.recipient.as_ref()), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    assert_eq!(who(one.data.sender.as_ref()), Some([Some("508813370042216"), None, Some("447700900150")]));
    assert_eq!(one.data.sender.map(|sender| sender.role), Some(Role::Business));
    assert_eq!(one.data.conversation.as_deref(), Some("12025550163"));
    assert_eq!(one.data.message.and_then(|message| message.id).as_deref(), Some("wamid.E1"));
}

#[test]
fn the_event_name_decides() {
    let payload = json!({"id": "p-1", "status": "received", "contacts": [{"to": "12025550163"}],
                         "message": {"from": "447700900150", "status": "received", "type": "text", "text": {"body": "Hello"}}});
    let named = |name: &str, payload: &Value| event(&json!({"event": name, "payload": payload})).data;
    assert_eq!(named("whatsapp:message:in", &payload).kind, Kind::Message);
    assert_eq!(named("whatsapp:message:status", &payload).kind, Kind::Status);
    assert_eq!(named("whatsapp:message:dlr", &payload).status.and_then(|status| status.state).as_deref(), Some("received"));
    assert_eq!(
        named("whatsapp:message:dlr", &json!({"id": "p-1", "to": "12025550163", "message": {"type": "text", "text": {"body": "x"}}})).kind,
        Kind::Unknown
    );
    assert_eq!(event(&json!({"payload": payload})).data.kind, Kind::Status);
    let bare = json!({"event": "whatsapp:message:in", "message": {"id": "m-1", "from": "12025550163", "status": "received", "type": "text", "text": {"body": "x"}}});
    assert_eq!(event(&bare).data.kind, Kind::Message);
    let other = named("whatsapp:template:update", &json!({"id": "t-1", "type": "MARKETING"}));
    assert_eq!((other.kind, other.message), (Kind::Unknown, None));
    let sent = named(
        "whatsapp:message:out",
        &json!({"id": "p-2", "contacts": [{"to": "12025550163"}], "message": {"from": "447700900150", "text": {"body": "x"}}}),
    );
    assert_eq!(who(sent.recipient.as_ref()), Some([Some("12025550163"), None, Some("12025550163")]));
}

#[test]
fn an_unrecognized_body_is_one_event_of_kind_unknown() {
    for body in [
        json!({}),
        json!([]),
        json!([{"messages": [{}]}]),
        json!({"entry": []}),
        json!({"entry": [{"id": "1"}]}),
        json!({"messages": []}),
        json!({"payload": []}),
        json!({"payload": {}}),
        json!({"message": "text"}),
        json!({"errors": [{}, {}]}),
        json!({"message": {}, "x": 1}),
    ] {
        let event = event(&body);
        assert_eq!((event.data.kind, event.data.conversation, event.data.original.part), (Kind::Unknown, None, None), "{body}");
    }
}
