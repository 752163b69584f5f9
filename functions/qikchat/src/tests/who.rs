//! The sender, the recipient and the conversation of an event.

use serde_json::{Value, json};
use shared::event::{CloudEvent, Kind};

use super::{change, event, events, who};

fn message(id: &str, members: Value) -> Value {
    let mut message = json!({"id": id, "timestamp": "1795000355", "type": "text", "text": {"body": format!("by {id}")}});
    let Value::Object(members) = members else { panic!("an object") };
    message.as_object_mut().expect("an object").extend(members);
    message
}

fn contact(name: &str, members: Value) -> Value {
    let mut contact = json!({"profile": {"name": name}});
    let Value::Object(members) = members else { panic!("an object") };
    contact.as_object_mut().expect("an object").extend(members);
    contact
}

fn sender(event: &CloudEvent) -> Option<[Option<&str>; 3]> {
    who(event.data.sender.as_ref())
}

#[test]
fn a_customer_without_a_number_is_not_taken_for_another() {
    let body = change(json!({
        "contacts": [contact("Ada", json!({"wa_id": "12025550163", "user_id": "US.1111111111"})), contact("Bo", json!({"user_id": "GB.2222222222"}))],
        "messages": [message("m-1", json!({"from": "12025550163"})), message("m-2", json!({"from_user_id": "GB.2222222222"})),
                     message("m-3", json!({"from": "GB.2222222222"})), message("m-4", json!({"from": "GB.3"})), message("m-5", json!({}))],
    }));
    let events = events(&body);
    let bo = Some([Some("GB.2222222222"), Some("Bo"), None]);
    assert_eq!(sender(&events[0]), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    assert_eq!((sender(&events[1]), sender(&events[2])), (bo, bo));
    assert_eq!(sender(&events[3]), Some([Some("GB.3"), None, None]));
    assert_eq!(sender(&events[4]), None);
    let conversations: Vec<_> = events.iter().map(|event| event.data.conversation.as_deref()).collect();
    assert_eq!(conversations, [Some("12025550163"), Some("GB.2222222222"), Some("GB.2222222222"), Some("GB.3"), None]);
    assert!(events[2..].iter().all(|event| !event.data.original.body.contains("Ada")));
}

#[test]
fn a_contact_supplies_the_number_of_a_user_id() {
    let body = change(json!({
        "contacts": [contact("Ada", json!({"wa_id": "+12025550163", "user_id": "US.1"}))],
        "messages": [message("m-1", json!({"from_user_id": "US.1"})), message("m-2", json!({"from": "12025550163", "from_user_id": "US.1"}))],
    }));
    for event in events(&body) {
        assert_eq!(sender(&event), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    }
}

#[test]
fn a_contact_that_matches_no_event_stays_in_every_event() {
    let body = change(json!({
        "contacts": [contact("Cy", json!({"wa_id": "12025550188"})), contact("Ada", json!({"to": "12025550163"}))],
        "messages": [message("m-1", json!({"from": "12025550163"})), message("m-2", json!({"from": "12025550199"}))],
    }));
    let events = events(&body);
    assert_eq!(sender(&events[1]), Some([Some("12025550199"), None, Some("12025550199")]));
    assert!(events.iter().all(|event| event.data.original.body.contains("Cy")));
    assert!(!events[1].data.original.body.contains("Ada"));
}

#[test]
fn the_business_is_identified_by_its_phone_number_id() {
    let recipient = |metadata: Value, to: Value| {
        let mut event = event(&json!({"metadata": metadata, "messages": [message("m-1", json!({"from": "12025550163", "to": to}))]}));
        event.data.recipient.take().map(|one| [one.id, one.phone])
    };
    let some = |text: &str| Some(text.to_owned());
    let metadata = json!({"display_phone_number": "+44 7700-900150", "phone_number_id": "508"});
    assert_eq!(recipient(metadata, Value::Null), Some([some("508"), some("447700900150")]));
    assert_eq!(recipient(json!({"phone_number_id": 508}), json!("447700900150")), Some([some("508"), some("447700900150")]));
    assert_eq!(recipient(Value::Null, json!("+447700900150")), Some([some("447700900150"), some("447700900150")]));
    assert_eq!(recipient(Value::Null, json!("shop-7")), Some([some("shop-7"), None]));
    assert_eq!(recipient(Value::Null, Value::Null), None);
}

#[test]
fn a_group_is_the_conversation_and_the_person_the_sender() {
    const GROUP: &str = "Y2FwaV9ncm91cDoxMjAzNjMwNDA0Njk0MjMzODIwMAZD";
    let grouped = message("m-1", json!({"from": "12025550163", "group_id": GROUP}));
    let status = |participant: &str| {
        json!({"id": "wamid.G1", "status": "read", "timestamp": "1795000361", "recipient_id": GROUP,
                                            "recipient_type": "group", "recipient_participant_id": participant})
    };
    let body = change(json!({
        "contacts": [contact("Ada", json!({"wa_id": "12025550163"})), contact("Bo", json!({"wa_id": "12025550177"}))],
        "messages": [grouped],
        "statuses": [status("12025550163"), status("12025550177"), {"id": "wamid.G1", "status": "sent", "recipient_id": GROUP, "recipient_type": "group"}],
        "message_echoes": [message("e-1", json!({"from": "447700900150", "to": GROUP, "recipient_type": "group"}))],
    }));
    let events = events(&body);
    assert!(events.iter().all(|event| event.data.conversation.as_deref() == Some(GROUP)));
    let by_id = |id: &str| events.iter().find(|event| event.id == id).expect("an event with this id");
    // printf '/qikchat/shop\nwamid.G1:read:12025550163' | sha256sum
    let ada = sender(by_id("qikchat-b95cf3cd875993aa4f83aeb4eaefda76"));
    assert_eq!(ada, Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    let statuses: Vec<_> = events.iter().filter(|event| event.data.kind == Kind::Status).collect();
    assert_eq!(sender(statuses[1]), Some([Some("12025550177"), Some("Bo"), Some("12025550177")]));
    assert_eq!(sender(statuses[2]), None);
}

#[test]
fn a_group_status_in_qikchats_own_shape_is_about_the_member_it_names() {
    let payload = json!({"id": "p-1", "status": "read", "recipient_type": "group", "recipient_id": "R1JP", "recipient_participant_id": "12025550177",
                         "contacts": [contact("Ada", json!({"to": "12025550163"}))]});
    let event = event(&json!({"event": "whatsapp:message:status", "payload": payload}));
    assert_eq!(
        (event.data.conversation.as_deref(), sender(&event)),
        (Some("R1JP"), Some([Some("12025550177"), None, Some("12025550177")]))
    );
}

#[test]
fn only_the_members_of_an_unknown_object_determine_its_two_sides() {
    let call = |from: &str, to: &str| json!({"id": "c-1", "from": from, "to": to, "event": "connect", "timestamp": "1795000361"});
    let contacts = json!([contact("Ada", json!({"wa_id": "12025550163"}))]);
    let incoming = event(&change(json!({"contacts": contacts, "calls": [call("12025550163", "447700900150")]})));
    assert_eq!((incoming.data.kind, incoming.data.conversation.as_deref()), (Kind::Unknown, Some("12025550163")));
    assert_eq!(sender(&incoming), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    let outgoing = event(&change(json!({"contacts": contacts, "calls": [call("447700900150", "12025550163")]})));
    assert_eq!(who(outgoing.data.recipient.as_ref()), Some([Some("12025550163"), Some("Ada"), Some("12025550163")]));
    let neither = event(&json!({"contacts": contacts, "calls": [call("447700900150", "12025550163")]}));
    assert_eq!((neither.data.conversation, neither.data.sender, neither.data.recipient), (None, None, None));
    let error = event(&change(json!({"errors": [{"code": 1}]})));
    assert_eq!((error.data.conversation, error.data.sender, error.data.recipient), (None, None, None));
    let group = event(&change(json!({"groups": [{"group_id": "R1JP", "type": "group_create"}]})));
    assert_eq!((group.data.conversation.as_deref(), group.data.sender, group.data.recipient), (Some("R1JP"), None, None));
    let preference = event(&change(json!({"user_preferences": [{"wa_id": "12025550163", "value": "stop"}]})));
    assert_eq!(preference.data.conversation.as_deref(), Some("12025550163"));
    let two = events(
        &json!({"contacts": contacts, "calls": [call("12025550163", "x")], "messages": [message("m-1", json!({"from": "12025550177"}))]}),
    );
    assert!(!two[1].data.original.body.contains("Ada"), "the contact belongs to the call");
}
