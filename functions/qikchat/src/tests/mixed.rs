//! Properties of each event of a body that mixes all shapes. [`events`] checks the rest.

use proptest::prelude::*;
use shared::event::{CloudEvent, Role};

use super::events;
use super::generated::{CUSTOMERS, Expected, bodies, id, name, number};

fn check(event: &CloudEvent, expected: &Expected, orphans_of_top: &[String]) {
    let data = &event.data;
    let customer = [&data.sender, &data.recipient].into_iter().flatten().find(|one| one.role == Role::Customer);
    let found = (data.kind, data.conversation.clone(), customer.and_then(|one| one.id.clone()), customer.and_then(|one| one.name.clone()));
    assert_eq!(found, expected.data, "{}", data.original.body);
    let text = serde_json::to_string(event).expect("JSON");
    for other in (0..CUSTOMERS).filter(|other| *other != expected.customer) {
        for secret in [number(other), id(other), name(other), format!("-of-{other}")] {
            let is_allowed = expected.allowed.contains(&secret) || orphans_of_top.contains(&secret);
            assert!(is_allowed || !text.contains(&secret), "{secret} of another customer in {text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn each_event_is_about_its_own_customer(body in bodies()) {
        let (json, expected) = body.json();
        let events = events(&json);
        let mut unexpected = events.len();
        // Top-level contacts that match no event also stay in the events of the other shapes.
        let everywhere = body.orphans();
        for one in &expected {
            let marker = format!("\"token\":\"{}\"", one.token);
            let mine: Vec<&CloudEvent> = events.iter().filter(|event| event.data.original.body.contains(&marker)).collect();
            prop_assert_eq!(mine.len(), 1, "{} in {}", &one.token, &json);
            check(mine[0], one, &everywhere);
            unexpected -= 1;
        }
        // The rest are changes without items, or the whole body if there is nothing else.
        prop_assert!(events.iter().filter(|event| !event.data.original.body.contains("\"token\":")).count() == unexpected);
    }
}
