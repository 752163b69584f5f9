//! Properties of bodies with Kommo's members in any combination.

use proptest::prelude::*;
use shared::event::Kind;
use testkit::{Pipeline, parts};

use super::SCOPE;
use crate::PROVIDER;

const NAMES: [&str; 26] = [
    "message",
    "mess\\u0061ge",
    "action",
    "typing",
    "reaction",
    "conversation",
    "conversation_id",
    "user",
    "sender",
    "receiver",
    "id",
    "client_id",
    "name",
    "type",
    "text",
    "media",
    "template",
    "content",
    "location",
    "lat",
    "reply_to",
    "time",
    "timestamp",
    "msec_timestamp",
    "account_id",
    "x",
];

const LEAVES: [&str; 14] = [
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
    "\"picture\"",
    "\"\\ud83d\"",
    "\"é,}\"",
];

/// Generates JSON of at most this depth, mostly objects.
fn json(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop::sample::select(&LEAVES[..]).prop_map(str::to_owned).boxed();
    if depth == 0 {
        return leaf;
    }
    let elements = prop::collection::vec(json(depth - 1), 0..3).prop_map(|elements| format!("[{}]", elements.join(" , ")));
    prop_oneof![4 => object(depth), 1 => elements, 4 => leaf].boxed()
}

fn object(depth: u32) -> BoxedStrategy<String> {
    let member = (prop::sample::select(&NAMES[..]), json(depth - 1)).prop_map(|(name, value)| format!("\"{name}\": {value}"));
    prop::collection::vec(member, 0..6).prop_map(|members| format!("{{ {} }}", members.join(","))).boxed()
}

/// Generates a body with some of the members that become events.
fn body() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        3 => object(3).prop_map(|value| format!("\"message\":{value}")),
        3 => object(3).prop_map(|value| format!("\"action\":{value}")),
        1 => object(2).prop_map(|value| format!("\"action\":{{\"typing\":{value},\"reaction\":{{}}}}")),
        1 => object(1).prop_map(|value| format!("\"other\":{{\"conversation\":{value}}}")),
        2 => (prop::sample::select(&NAMES[..]), json(2)).prop_map(|(name, value)| format!("\"{name}\":{value}")),
    ];
    prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(", ")))
}

proptest! {
    #[test]
    fn each_part_yields_its_event_and_nothing_is_lost(body in body()) {
        for event in parts::check(&Pipeline::new(&PROVIDER), SCOPE, body.as_bytes()) {
            let says_something = event.data.message.as_ref().map(|message| message.text.is_some() || !message.attachments.is_empty());
            prop_assert_eq!(says_something, (event.data.kind == Kind::Message).then_some(true), "{}", body);
        }
    }
}
