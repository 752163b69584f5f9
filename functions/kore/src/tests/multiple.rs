//! Callbacks with multiple events: the part of the body that each event keeps.

use shared::event::{CloudEvent, Kind};

use super::{CALLBACK, events, id_of, said, text};

fn bodies(events: &[CloudEvent]) -> Vec<&str> {
    events.iter().map(|event| event.data.original.body.as_str()).collect()
}

#[test]
fn the_end_of_a_task_beside_two_entries_is_a_separate_event() {
    let (one, two) = (r#"{"type":"text","val":"Done","messageId":"ms-1"}"#, r#"{"type":"text","val":"Bye","messageId":"ms-2"}"#);
    let end = r#""endOfTask":true,"endReason":"Fulfilled","completedTaskId":"dg-7","completedTaskName":"Book a repair""#;
    let to = r#""to":"ada","from":"st-1","sessionId":"sess-5""#;
    let events = events(CALLBACK, &format!(r#"{{"data":[{one},{two}],"_v":"v2",{end},{to}}}"#));
    let expected = [
        format!(r#"{{"data":[{one}],"_v":"v2",{to}}}"#),
        format!(r#"{{"data":[{two}],"_v":"v2",{to}}}"#),
        format!(r#"{{"data":[],"_v":"v2",{end},{to}}}"#),
    ];
    assert_eq!(bodies(&events), expected);
    assert_eq!(events.iter().map(|event| event.data.kind).collect::<Vec<_>>(), [Kind::Message, Kind::Message, Kind::Notice]);
    assert!(events.iter().all(|event| event.data.conversation.as_deref() == Some("ada")));
    assert_eq!((&events[0].id, &events[1].id), (&id_of("ms-1"), &id_of("ms-2")));
}

#[test]
fn events_are_in_body_order() {
    let events = events(CALLBACK, r#"{"endReason":"Fulfilled","text":"hi","data":["one",{"val":"two"}],"endOfTask":true}"#);
    let expected = [
        r#"{"endReason":"Fulfilled","data":[],"endOfTask":true}"#,
        r#"{"text":"hi","data":[]}"#,
        r#"{"data":["one"]}"#,
        r#"{"data":[{"val":"two"}]}"#,
    ];
    assert_eq!(bodies(&events), expected);
    assert_eq!(events.iter().map(said).collect::<Vec<_>>(), [None, text("hi"), text("one"), text("two")]);
    let indices: Vec<_> = events.iter().map(|event| event.data.original.part.map(|part| (part.index, part.count))).collect();
    assert_eq!(indices, [Some((0, 4)), Some((1, 4)), Some((2, 4)), Some((3, 4))]);
}

#[test]
fn every_entry_is_an_event_whatever_its_type() {
    let events = events(CALLBACK, r#"{"data":["hi",7,null,true,["a","b"],{"a":1},{"type":"event","val":"x"}],"to":"ada"}"#);
    let expected = [text("hi"), text("7"), None, None, text("a\nb"), None, None];
    assert_eq!(events.iter().map(said).collect::<Vec<_>>(), expected);
    let kinds: Vec<&str> = events.iter().map(|event| event.data.kind.as_str()).collect();
    assert_eq!(kinds, ["message", "message", "unknown", "unknown", "message", "unknown", "notice"]);
}

#[test]
fn members_with_the_same_name_all_count() {
    let events = events(CALLBACK, r#"{"data":["one"],"d\u0061ta":["two"],"text":"a","text":"b","data":7}"#);
    let expected = [
        r#"{"data":["one"],"d\u0061ta":[],"data":7}"#,
        r#"{"data":[],"d\u0061ta":["two"],"data":7}"#,
        r#"{"data":[],"d\u0061ta":[],"text":"a","text":"b","data":7}"#,
    ];
    assert_eq!(bodies(&events), expected);
    assert_eq!(events.iter().map(said).collect::<Vec<_>>(), [text("one"), text("two"), text("b")]);
}

#[test]
fn a_repeated_id_gets_a_number() {
    let body = r#"{"data":[{"val":"a","messageId":"m"},{"val":"b","messageId":"m"}],"text":"c","messageId":"m","endOfTask":true}"#;
    let ids: Vec<String> = events(CALLBACK, body).into_iter().map(|event| event.id).collect();
    assert_eq!(ids, ["m", "m#1", "m#2", "m#3"].map(id_of));
}

#[test]
fn more_than_a_thousand_entries_become_one_event() {
    let body = |count| format!(r#"{{"data":[{}]}}"#, vec!["1"; count].join(","));
    assert_eq!(events(CALLBACK, &body(1_000)).len(), 1_000);
    let events = events(CALLBACK, &body(1_001));
    assert_eq!((events.len(), events[0].data.kind, &events[0].data.warnings), (1, Kind::Unknown, &vec!["too_many_events".to_owned()]));
    assert_eq!(events[0].data.original.body, body(1_001));
}
