//! Bodies with multiple events, which are split.

use serde_json::{Value, json};
use shared::event::CloudEvent;
use testkit::{Pipeline, parts};

use super::{entry, events, events_of_text, value};

#[test]
fn an_event_has_the_body_that_would_have_been_sent_for_it_separately() {
    let text = |from: &str, id: &str| json!({"from": from, "id": id, "timestamp": "1795000355", "type": "text", "text": {"body": id}});
    let contact = |name: &str, number: &str| json!({"profile": {"name": name}, "wa_id": number});
    let echo = json!({"from": "447700900150", "to": "12025550163", "id": "e-1", "timestamp": "1795000380", "type": "text", "text": {"body": "e-1"}});
    let body = entry(json!([
        {"field": "messages", "value": value(json!({
            "contacts": [contact("Ada", "12025550163"), contact("Bo", "12025550177"), contact("Cy", "12025550188")],
            "messages": [text("12025550163", "m-1"), text("12025550177", "m-2"), text("12025550163", "m-3")],
            "errors": [],
        }))},
        {"field": "smb_message_echoes", "value": value(json!({"message_echoes": [echo]}))},
    ]));
    let ours = |message: Value, contacts: Value| {
        entry(json!([{"field": "messages", "value": value(json!({"contacts": contacts, "messages": [message], "errors": []}))}]))
    };
    let expected = [
        ours(text("12025550163", "m-1"), json!([contact("Ada", "12025550163"), contact("Cy", "12025550188")])),
        ours(text("12025550177", "m-2"), json!([contact("Bo", "12025550177"), contact("Cy", "12025550188")])),
        ours(text("12025550163", "m-3"), json!([contact("Ada", "12025550163"), contact("Cy", "12025550188")])),
        entry(json!([{"field": "smb_message_echoes", "value": value(json!({"message_echoes": [echo]}))}])),
    ];
    let originals: Vec<String> = events(&body).into_iter().map(|event| event.data.original.body).collect();
    assert_eq!(originals, expected.map(|body| body.to_string()));
}

#[test]
fn arrays_stay_if_all_their_elements_are_removed() {
    let body = json!({"messages": [{"id": "m-1", "text": "one"}], "statuses": [{"id": "m-0", "status": "read"}], "calls": [{"id": "c-1"}]});
    let originals: Vec<String> = events(&body).into_iter().map(|event| event.data.original.body).collect();
    let sorted = |body: Value| body.to_string();
    assert!(originals.contains(&sorted(json!({"messages": [], "statuses": [], "calls": [{"id": "c-1"}]}))), "{originals:?}");
}

#[test]
fn a_payload_beside_other_events_is_split_off() {
    let own = |id: &str, to: &str| json!({"id": id, "contacts": [{"to": to}], "message": {"from": "447700900150", "type": "text", "text": {"body": id}}});
    let body = json!({
        "event": "whatsapp:message:in",
        "payload": own("p-1", "12025550163"),
        "message": {"event": "whatsapp:message:in", "payload": own("p-2", "12025550177")},
        "statuses": {"id": "p-0", "status": "read", "recipient_id": "12025550188"},
        "messages": [{"id": "m-1", "from": "12025550199", "type": "text", "text": {"body": "m-1"}}],
    });
    let events = events(&body);
    assert_eq!(events.len(), 4);
    for event in &events {
        let body = &event.data.original.body;
        let others = ["12025550163", "12025550177", "12025550188", "12025550199"].iter().filter(|number| body.contains(**number)).count();
        assert_eq!(others, 1, "{body}");
    }
}

#[test]
fn a_payload_can_hold_both_a_message_and_arrays() {
    let payload = json!({
        "id": "p-1", "contacts": [{"to": "12025550163", "profile": {"name": "Ada"}}, {"wa_id": "12025550177", "profile": {"name": "Bo"}}],
        "message": {"from": "447700900150", "type": "text", "text": {"body": "by Ada"}},
        "messages": [{"id": "m-1", "from": "12025550177", "type": "text", "text": {"body": "by Bo"}}],
    });
    let events = events(&json!({"event": "whatsapp:message:in", "payload": payload}));
    let names: Vec<_> = events.iter().filter_map(|event| event.data.sender.as_ref()?.name.clone()).collect();
    assert_eq!(names, ["Ada", "Bo"]);
    assert!(!events[0].data.original.body.contains("Bo") && !events[1].data.original.body.contains("Ada"));
}

#[test]
fn every_sample_meets_the_contract() {
    for sample in testkit::samples("qikchat") {
        events_of_text(std::str::from_utf8(&sample.body).expect("UTF-8"));
    }
}

fn texts(events: &[CloudEvent]) -> Vec<Option<&str>> {
    events.iter().map(|event| event.data.message.as_ref()?.text.as_deref()).collect()
}

#[test]
fn members_with_the_same_name_all_count() {
    let text = |text: &str| json!({"id": text, "from": "12025550163", "timestamp": "1795000355", "text": {"body": text}});
    let (one, two) = (text("one"), text("two"));
    for body in [
        format!(r#"{{"messages":[{one}],"messages":[{two}]}}"#),
        format!(r#"{{"message":{one},"message":{two}}}"#),
        format!(r#"{{"payload":{{"messages":[{one}]}},"payload":{{"messages":[{two}]}}}}"#),
        format!(r#"{{"entry":[{{"changes":[{{"value":{{"messages":[{one}]}},"value":{{"messages":[{two}]}}}}]}}]}}"#),
        format!(r#"{{"entry":[{{"changes":[{{"value":{{"messages":[{one}]}}}}],"changes":[{{"value":{{"messages":[{two}]}}}}]}}]}}"#),
        format!(
            r#"{{"entry":[{{"changes":[{{"value":{{"messages":[{one}]}}}}]}}],"entry":[{{"changes":[{{"value":{{"messages":[{two}]}}}}]}}]}}"#
        ),
    ] {
        assert_eq!(texts(&events_of_text(&body)), [Some("one"), Some("two")], "{body}");
    }
}

#[test]
fn only_one_level_of_nesting_is_parsed() {
    let deep = format!("{}1{}", r#"{"message":{"payload":{},"message":"#.repeat(20_000), "}}".repeat(20_000));
    assert_eq!(events_of_text(&deep).len(), 2);
}

#[test]
fn nested_events_are_split_as_well() {
    let message = |id: &str| json!({"from": "12025550163", "id": id, "type": "text", "text": {"body": id}});
    let payload = json!({"id": "p-1", "contacts": [{"to": "12025550177"}], "message": {"type": "text", "text": {"body": "p-1"}}});
    let nested = json!({
        "event": "whatsapp:message:in", "payload": payload, "message": message("m-1"), "messages": [message("m-2")],
        "statuses": {"id": "s-1", "status": "read", "recipient_id": "12025550163"}, "entry": [{"changes": [{"value": {"messages": [message("m-3")]}}]}],
    });
    let pipeline = Pipeline::new(&crate::PROVIDER);
    let events = parts::check(&pipeline, "/qikchat/shop", json!({"message": nested}).to_string().as_bytes());
    assert_eq!(events.len(), 5);
}
