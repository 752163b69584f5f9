//! Callbacks with one event.

use shared::event::{Kind, Participant, Role};

use super::{CALLBACK, event, id_of, said, text};

#[test]
fn a_bot_writes_to_a_customer() {
    for body in
        [r#"{"text":"hi","to":"ada","from":"st-1"}"#, r#"{"data":[{"type":"text","val":"hi"}],"to":{"id":"ada"},"from":{"id":"st-1"}}"#]
    {
        let event = event(CALLBACK, body);
        assert_eq!((event.source.as_str(), event.event_type.as_str()), ("/kore/bot-1", "ai.kore.message"));
        assert_eq!(event.data.conversation.as_deref(), Some("ada"));
        assert_eq!(event.data.sender, Participant::with_id(Some("st-1".to_owned()), Role::Bot));
        assert_eq!(event.data.recipient, Participant::with_id(Some("ada".to_owned()), Role::Customer));
        assert_eq!(event.data.original.part, None);
        assert_eq!(said(&event), text("hi"));
    }
}

#[test]
fn missing_participants_are_not_guessed() {
    let event = event(CALLBACK, r#"{"text":"hi","to":"","from":null}"#);
    assert_eq!((event.data.conversation, event.data.sender, event.data.recipient, event.subject), (None, None, None, None));
}

#[test]
fn the_id_and_time_come_from_the_message() {
    let entry = r#"{"type":"text","val":"hi","createdOn":"2026-11-20T09:10:11.120Z","messageId":"ms-1"}"#;
    let v1 = r#"{"text":"hi","createdOn":1795000355000,"messageId":77}"#;
    for (body, id, time) in
        [(format!(r#"{{"data":[{entry}]}}"#), "ms-1", "2026-11-20T09:10:11.120Z"), (v1.to_owned(), "77", "2026-11-18T11:12:35Z")]
    {
        let event = event(CALLBACK, &body);
        assert_eq!((event.id, event.time.as_str()), (id_of(id), time));
        assert_eq!(event.data.message.and_then(|message| message.id).as_deref(), Some(id));
    }
}

#[test]
fn without_an_id_two_equal_bodies_are_two_messages() {
    for body in [r#"{"text":"Yes"}"#, r#"{"data":[{"val":"Yes"}]}"#, r#"{"data":[{"val":"Yes","messageId":0}]}"#] {
        assert_ne!(event(CALLBACK, body).id, event(CALLBACK, body).id, "{body}");
    }
}

#[test]
fn an_id_that_looks_like_one_of_the_hooks_is_kept_apart() {
    let id = |id: &str| event(CALLBACK, &format!(r#"{{"data":[{{"val":"hi","messageId":"{id}"}}]}}"#)).id;
    let hooks = event(super::HOOKS, r#"{"message":{"text":"hi","messageId":"m"},"from":{"id":"ada"}}"#).id;
    assert_eq!(hooks, id_of("hooks:m"));
    assert_eq!(id("hooks:m"), id_of("callback:hooks:m"));
    assert_eq!(id("callback:hooks:m"), id_of("callback:callback:hooks:m"));
    assert_eq!(id("callback:m"), id_of("callback:m"));
}

#[test]
fn the_end_of_a_task_is_a_notice() {
    let to = r#""to":"ada","from":"st-1""#;
    for body in [
        format!(r#"{{"endOfTask":true,"endReason":"Fulfilled","completedTaskId":"dg-1","completedTaskName":"Book",{to}}}"#),
        format!(r#"{{"endReason":"Interrupted",{to}}}"#),
        format!(r#"{{"text":"","data":[],"completedTaskName":"Book",{to}}}"#),
        format!(r#"{{"data":[{{"type":"endOfTask","val":"Book"}}],{to}}}"#),
        format!(r#"{{"data":[{{"type":"event","val":"SESSION_CLOSURE","description":"closed"}}],{to}}}"#),
    ] {
        let event = event(CALLBACK, &body);
        assert_eq!((event.event_type.as_str(), event.data.message), ("ai.kore.notice", None), "{body}");
        assert_eq!(event.data.conversation.as_deref(), Some("ada"));
    }
}

#[test]
fn a_task_that_has_not_ended_is_not_an_event() {
    for body in [
        r#"{"text":"Which day?","endOfTask":false,"endReason":"Fulfilled","completedTaskName":"Book"}"#,
        r#"{"data":[{"val":"Which day?"}],"endOfTask":false,"endReason":"Fulfilled"}"#,
        r#"{"text":"Which day?","endOfTask":null,"completedTaskId":"dg-1"}"#,
    ] {
        assert_eq!(said(&event(CALLBACK, body)), text("Which day?"));
    }
}

#[test]
fn a_body_without_content_is_unknown_and_keeps_its_participants() {
    for said in [
        r#""text":{}"#,
        r#""text":[]"#,
        r#""text":[{}]"#,
        r#""text":{"a":1}"#,
        r#""text":true"#,
        r#""text":{"type":"text"}"#,
        r#""data":[]"#,
        r#""data":{"val":"hi"}"#,
        r#""data":[{}]"#,
        r#""data":[null]"#,
        r#""data":[0]"#,
        r#""data":[true]"#,
        r#""data":[[]]"#,
        r#""data":[{"type":"text"}]"#,
        r#""data":[{"type":"card","val":{"a":1}}]"#,
        r#""endOfTask":false"#,
        r#""form":"web""#,
        r#""a":1"#,
    ] {
        let event = event(CALLBACK, &format!(r#"{{{said},"to":"ada","from":"st-1"}}"#));
        assert_eq!((event.data.kind, event.data.message), (Kind::Unknown, None), "{said}");
        assert_eq!(event.data.conversation.as_deref(), Some("ada"), "{said}");
        assert_eq!(event.data.sender, Participant::with_id(Some("st-1".to_owned()), Role::Bot), "{said}");
    }
    for body in ["{}", "[]", r#"[{"text":"hi"}]"#] {
        assert_eq!(event(CALLBACK, body).data.kind, Kind::Unknown);
    }
}
