//! The statuses of messages.

use serde_json::{Value, json};
use shared::event::Kind;

use super::{change, event, events, from_customer};

fn status(members: Value) -> Value {
    let mut status = json!({"id": "wamid.1", "status": "failed", "timestamp": "1795000361", "recipient_id": "12025550163"});
    let Value::Object(members) = members else { panic!("an object") };
    status.as_object_mut().expect("an object").extend(members);
    change(json!({"statuses": [status]}))
}

#[test]
fn a_failure_has_a_reason() {
    for (members, expected) in [
        (json!({"errors": [{"code": 1, "title": "Title", "message": "Message"}], "reason": "r"}), Some("Title")),
        (json!({"errors": [{"code": 1, "message": "Message", "error_data": {"details": "Details"}}]}), Some("Message")),
        (json!({"errors": [{"code": 1, "error_data": {"details": "Details"}}], "reason": "r"}), Some("Details")),
        (json!({"errors": [{"code": 1}], "reason": "Reason"}), Some("Reason")),
        (json!({"reason": "Reason"}), Some("Reason")),
        (json!({"error": {"title": "Title"}}), Some("Title")),
        (json!({"error": "text"}), Some("text")),
        (json!({"errors": [{"code": 131_026}]}), Some("131026")),
        (json!({}), None),
    ] {
        assert_eq!(event(&status(members.clone())).data.status.expect("a status").error.as_deref(), expected, "{members}");
    }
    let own = json!({"event": "whatsapp:message:dlr", "payload": {"id": "p-1", "to": "12025550163", "reason": "Blocked", "message": {"status": "FAILED"}}});
    let own = event(&own).data.status.expect("a status");
    assert_eq!((own.state.as_deref(), own.error.as_deref()), (Some("failed"), Some("Blocked")));
}

#[test]
fn each_state_of_a_message_is_a_separate_event() {
    let state = |state: &str| event(&status(json!({"status": state}))).id;
    assert_eq!(state("Read"), state("read"));
    assert_ne!(state("sent"), state("read"));
    // printf '/qikchat/shop\nwamid.1:read' | sha256sum
    assert_eq!(state("read"), "qikchat-87d6ab88b4e8284a5cf6c91e835c7d1e");
    let none = event(&status(json!({"status": null})));
    assert_eq!((none.data.kind, none.data.status, none.data.conversation.as_deref()), (Kind::Unknown, None, Some("12025550163")));
}

#[test]
fn a_repeated_status_gets_distinct_ids() {
    let one = json!({"id": "wamid.1", "status": "read", "timestamp": "1795000361", "recipient_id": "12025550163"});
    assert_eq!(events(&change(json!({"statuses": [one, one, one]}))).len(), 3);
}

#[test]
fn the_revocation_of_a_message_is_a_status() {
    let revoked = event(&from_customer(json!({"type": "revoke", "revoke": {"original_message_id": "wamid.O"}})));
    let status = revoked.data.status.expect("a status");
    assert_eq!((status.state.as_deref(), status.message_id.as_deref()), (Some("deleted"), Some("wamid.O")));
    assert_eq!(revoked.data.message, None);
    // printf '/qikchat/shop\nwamid.1' | sha256sum
    assert_eq!(revoked.id, "qikchat-3b57ffdce4202b1cf9a9773e9db2b386");
}

#[test]
fn the_time_is_that_of_the_state() {
    let own = |message: Value| event(&json!({"event": "whatsapp:message:status", "payload": {"id": "p-1", "message": message}})).time;
    assert_eq!(
        own(json!({"status": "read", "sentAt": "2026-11-18T10:48:12.104Z", "readAt": "2026-11-18T10:48:54.104Z"})),
        "2026-11-18T10:48:54.104Z"
    );
    assert_eq!(own(json!({"status": "read", "read_at": "2026-11-18T10:48:54Z"})), "2026-11-18T10:48:54Z");
    assert_eq!(event(&status(json!({}))).time, "2026-11-18T11:12:41Z");
}
