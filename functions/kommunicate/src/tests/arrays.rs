//! Arrays: each element is an event.

use proptest::prelude::*;
use serde_json::json;
use shared::event::Kind;
use testkit::{Pipeline, parts};

use super::{CHANNEL, events};
use crate::PROVIDER;

#[test]
fn each_element_is_an_event_with_only_itself_in_the_body() {
    let body = json!([{"key": "k-1", "from": "ana", "message": "Hello?"}, {"key": "k-2", "from": "bo", "message": "Hi"}, 7, [{"message": "x"}], {}]);
    let events = events(&body);
    let kinds: Vec<Kind> = events.iter().map(|event| event.data.kind).collect();
    assert_eq!(kinds, [Kind::Message, Kind::Message, Kind::Unknown, Kind::Unknown, Kind::Unknown]);
    for (event, element) in events.iter().zip(body.as_array().expect("an array")) {
        assert_eq!(event.data.original.body, json!([element]).to_string());
    }
}

#[test]
fn a_repeated_key_is_two_events() {
    let body = json!([{"key": "twice", "message": "first"}, {"key": "twice", "message": "second"}, {"key": "twice#1", "message": "third"}]);
    let ids = || events(&body).into_iter().map(|event| event.id).collect::<Vec<_>>();
    let first = ids();
    assert_eq!(ids(), first);
    let key = |key: &str| events(&json!({"key": key, "message": "m"})).remove(0).id;
    assert_eq!(first, [key("twice"), key("twice#1"), key("twice#1#1")]);
}

#[test]
fn an_empty_array_is_an_event() {
    let events = events(&json!([]));
    assert_eq!((events[0].data.kind, events[0].data.original.body.as_str()), (Kind::Unknown, "[]"));
}

#[test]
fn more_than_a_thousand_elements_become_one_event() {
    let pipeline = Pipeline::new(&PROVIDER);
    for (element, count, warnings) in [
        ("1", 1_000, vec![]),
        ("1", 1_001, vec!["too_many_events"]),
        ("1", 75_000, vec!["too_many_events"]),
        ("{}", 1_001, vec!["too_many_events"]),
    ] {
        let body = format!("[{}]", vec![element; count].join(","));
        let events = pipeline.events(CHANNEL, body.as_bytes());
        assert_eq!((events.len(), events[0].data.kind), (if count > 1_000 { 1 } else { count }, Kind::Unknown));
        assert_eq!(events[0].data.warnings, warnings);
        assert_eq!(events[0].data.original.body == body, count > 1_000);
    }
    let keys = |count: usize| (0..count).map(|index| json!({"key": index + 1, "message": "m"})).collect::<serde_json::Value>();
    assert_eq!(pipeline.events(CHANNEL, keys(1_000).to_string().as_bytes()).len(), 1_000);
    let id = || pipeline.events(CHANNEL, keys(1_001).to_string().as_bytes()).remove(0).id;
    assert_eq!(id(), id());
}

const NAMES: [&str; 16] = [
    "key",
    "k\\u0065y",
    "from",
    "to",
    "groupId",
    "clientGroupId",
    "conversationId",
    "message",
    "timeStamp",
    "file",
    "name",
    "url",
    "contentType",
    "size",
    "metadata",
    "x",
];

const LEAVES: [&str; 16] = [
    "null",
    "true",
    "0",
    "\"\"",
    "{}",
    "[]",
    "7",
    "9223372036854775807",
    "1e999",
    "1795000001000",
    "\"text\"",
    "\"a:b\"",
    "\"image/png\"",
    "\"\\ud83d\"",
    "\"é,}\"",
    "\" ]\"",
];

/// Generates JSON of at most this depth, mostly objects.
fn json(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop::sample::select(&LEAVES[..]).prop_map(str::to_owned).boxed();
    if depth == 0 {
        return leaf;
    }
    let member = (prop::sample::select(&NAMES[..]), json(depth - 1)).prop_map(|(name, value)| format!("\"{name}\": {value}"));
    let object = prop::collection::vec(member, 0..7).prop_map(|members| format!("{{ {} }}", members.join(",")));
    let elements = prop::collection::vec(json(depth - 1), 0..3).prop_map(|elements| format!("[{}]", elements.join(" , ")));
    prop_oneof![4 => object, 1 => elements, 2 => leaf].boxed()
}

proptest! {
    #[test]
    fn each_part_yields_its_event_and_nothing_is_lost(elements in prop::collection::vec(json(2), 0..5), space in "[ \n]{0,2}") {
        let body = format!("[{space}{}{space}]", elements.join(&format!("{space},")));
        let events = parts::check(&Pipeline::new(&PROVIDER), CHANNEL, body.as_bytes());
        prop_assert_eq!(events.len(), elements.len().max(1));
        for event in events {
            let says_something = event.data.message.as_ref().map(|message| message.text.is_some() || !message.attachments.is_empty());
            prop_assert_eq!(says_something, (event.data.kind == Kind::Message).then_some(true), "{}", body);
        }
    }
}
