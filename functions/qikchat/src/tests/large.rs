//! Bodies with many events: memory is bounded.

use serde_json::{Value, json};
use shared::json::Document;
use shared::parse::{Events, Stop};
use testkit::Pipeline;

use super::{PATH, change};
use crate::PROVIDER;

fn parse(body: &Value) -> Result<usize, Stop> {
    let text = body.to_string();
    let document = Document::parse(text.as_bytes()).expect("JSON");
    let mut events = Events::default();
    (PROVIDER.webhooks[0].parse)(document.root(), None, &mut events).map(|()| events.into_vec().len())
}

fn whole(body: &Value) -> (Vec<String>, bool) {
    let text = body.to_string();
    let events = Pipeline::new(&PROVIDER).events(PATH, text.as_bytes());
    assert_eq!(events.len(), 1);
    (events[0].data.warnings.clone(), events[0].data.original.body == text)
}

fn messages(count: usize, name: &str) -> Value {
    let number = |index: usize| format!("1202{index:07}");
    let contacts: Vec<Value> = (0..count).map(|index| json!({"wa_id": number(index), "profile": {"name": name}})).collect();
    let messages: Vec<Value> =
        (0..count).map(|index| json!({"id": format!("m-{index}"), "from": number(index), "text": {"body": "x"}})).collect();
    change(json!({"contacts": contacts, "messages": messages}))
}

#[test]
fn more_than_a_thousand_events_become_one() {
    assert_eq!(parse(&messages(1000, "Ada")), Ok(1000));
    assert_eq!(parse(&messages(1001, "Ada")), Err(Stop::TooMany));
    assert_eq!(whole(&messages(5000, "Ada")), (vec!["too_many_events".to_owned()], true));
}

#[test]
fn a_contact_shared_by_many_messages_does_not_multiply() {
    let contacts: Vec<Value> = (0..12_000).map(|_| json!({"wa_id": "12025550163"})).collect();
    let messages: Vec<Value> =
        (0..1000).map(|index| json!({"id": format!("m-{index}"), "from": "12025550163", "text": {"body": "x"}})).collect();
    let shared = change(json!({"contacts": contacts, "messages": messages}));
    assert_eq!(parse(&shared), Err(Stop::TooMany));
    assert_eq!(whole(&shared), (vec!["too_many_events".to_owned()], true));
    let long = json!({"metadata": {"phone_number_id": "9".repeat(500_000)}, "messages": messages});
    assert_eq!(parse(&long), Err(Stop::TooMany));
    assert_eq!(whole(&long), (vec!["too_many_events".to_owned()], true));
}

#[test]
fn many_contact_cards_do_not_multiply() {
    let cards = |count: usize| (0..count).map(|_| json!({"n": 1})).collect::<Vec<_>>();
    let one = change(json!({"messages": [{"id": "m-1", "from": "12025550163", "type": "contacts", "contacts": cards(100_000)}]}));
    assert_eq!(whole(&one), (vec!["too_large".to_owned()], true));
    let message = |index: usize| json!({"id": format!("m-{index}"), "from": "12025550163", "type": "contacts", "contacts": cards(110)});
    let several = change(json!({"messages": (0..900).map(message).collect::<Vec<_>>()}));
    assert_eq!(parse(&several), Err(Stop::TooMany));
}

#[test]
fn a_thousand_statuses_are_a_thousand_events() {
    let status = |index: usize| json!({"id": format!("wamid.{index:06}"), "status": "sent", "timestamp": "1795000360", "recipient_id": format!("12025550{index:03}")});
    let body = change(json!({"statuses": (0..1000).map(status).collect::<Vec<_>>()}));
    let events = Pipeline::new(&PROVIDER).events(PATH, body.to_string().as_bytes());
    assert_eq!(events.len(), 1000);
    assert!(events.iter().all(|event| event.data.original.body.len() < 400));
}
