//! Properties of requests with multiple events: each part yields the same event if sent separately, and no value is lost or
//! shared between parts.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use shared::event::{CloudEvent, Original};
use testkit::Pipeline;

use super::CALLBACK;

/// A member or an element: JSON text in which each `$` becomes a unique value.
type Template = &'static str;

const ENTRIES: &[Template] = &[
    r#"{"type":"text","val":"$","createdOn":"2021-01-02T03:04:05.678Z","messageId":"m"}"#,
    r#"{"type":"text","val":"$","messageId":"m"}"#,
    r#"{"type":"text","val":"$","messageId":"m#1"}"#,
    r#"{"val":"$","messageId":"$"}"#,
    r#"{"type":"template","val":{"type":"template","payload":{"template_type":"button","text":"$","buttons":["$"]}}}"#,
    r#"{"type":"image","val":{"url":"$"},"messageId":7}"#,
    r#"{"type":"form","val":{"title":"$"}}"#,
    r#"{"type":"event","val":"$","messageId":"m"}"#,
    r#"{"type":"endOfTask","val":"$"}"#,
    r#"{"endOfTask":true,"endReason":"$"}"#,
    r#"{"type":"$","a":["$",{"b":"$"}]}"#,
    r#"{ "text" : "$" }"#,
    r#"["$","$"]"#,
    r#""$""#,
    r#""{&quot;text&quot;:&quot;$&quot;}""#,
    "null",
    "{}",
];

/// Members that each become, or belong to, an event.
const OWN: &[Template] = &[
    r#""text":"$""#,
    r#""text":["$",{"type":"template","payload":{"text":"$"}}]"#,
    r#""text":{"a":"$"}"#,
    r#""te\u0078t":"$""#,
    r#""form":{"formDef":{"displayName":"$"}}"#,
];

const END_OF_TASK: &[Template] =
    &[r#""endOfTask":true"#, r#""endOfTask": "true""#, r#""endReason":"$""#, r#""completedTaskId":"$""#, r#""completedTaskName":"$""#];

/// Members that belong to all events.
const SHARED: &[Template] = &[
    r#""_v":"v2""#,
    r#""to":"$""#,
    r#""to":{"id":"$"}"#,
    r#""from":"$""#,
    r#""sessionId":"$""#,
    r#""messageId":"m""#,
    r#""createdOn":1609556645678"#,
    r#""text":null"#,
    r#""endOfTask":false"#,
    r#""data":{"val":"$"}"#,
    r#""data":[]"#,
];

fn some(templates: &'static [Template], most: usize) -> impl Strategy<Value = Vec<String>> {
    let template = prop::sample::select(templates).prop_map(str::to_owned);
    prop::collection::vec(template, 0..=most)
}

fn bodies() -> impl Strategy<Value = String> {
    let data = some(ENTRIES, 4).prop_map(|entries| format!(r#""data":[ {} ]"#, entries.join(" ,")));
    let members = (prop::collection::vec(data, 0..=2), some(OWN, 2), some(END_OF_TASK, 3), some(SHARED, 3));
    let members = members.prop_map(|(data, own, end, shared)| [data, own, end, shared].concat()).prop_shuffle();
    members.prop_map(|members| {
        let mut values = 0;
        let text = format!("{{{}}}", members.join(",\n"));
        text.split_inclusive('$').fold(String::new(), |body, part| {
            values += usize::from(part.ends_with('$'));
            body + &part.replace('$', &format!("value-{values}."))
        })
    })
}

/// Returns the unique values in a body.
fn values(body: &str) -> HashSet<&str> {
    body.match_indices("value-").filter_map(|(at, _)| body[at..].split_inclusive('.').next()).collect()
}

/// Returns an event without the fields that can differ for a part: `original` except its body, a time of receipt, and the id.
fn comparable(event: &CloudEvent) -> CloudEvent {
    let time = if event.time.starts_with("2021-") { event.time.clone() } else { String::new() };
    let mut event = CloudEvent { id: String::new(), time, ..event.clone() };
    event.data.original = Original { body: event.data.original.body, ..Original::default() };
    event
}

fn check(body: &str) -> Result<(), TestCaseError> {
    let pipeline = Pipeline::new(&crate::PROVIDER);
    let send = |body: &str| pipeline.events(CALLBACK, body.as_bytes());
    let (events, again) = (send(body), send(body));
    let ids: HashSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    prop_assert_eq!(ids.len(), events.len());

    for (index, event) in events.iter().enumerate() {
        let part = &event.data.original.body;
        let (alone, alone_again) = (send(part), send(part));
        prop_assert_eq!(alone.len(), 1, "{}", part);
        prop_assert_eq!(comparable(&alone[0]), comparable(event));
        let is_fresh = alone[0].id != alone_again[0].id;
        let is_numbered = events[..index].iter().any(|earlier| earlier.id == alone[0].id);
        prop_assert!(is_fresh || is_numbered || alone[0].id == event.id, "{}", part);
        prop_assert!(is_fresh || again[index].id == event.id, "{}", part);

        // A value is only in this part, or in every part.
        let count = |value: &&str| events.iter().filter(|event| event.data.original.body.contains(*value)).count();
        prop_assert!(values(part).iter().all(|value| [1, events.len()].contains(&count(value))), "{}", part);
    }
    let parts: HashSet<&str> = events.iter().flat_map(|event| values(&event.data.original.body)).collect();
    prop_assert_eq!(parts, values(body));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_part_yields_the_same_event_if_sent_separately(body in bodies()) {
        check(&body)?;
    }
}

#[test]
fn a_body_with_everything_has_all_its_parts() {
    let all = [OWN[0], END_OF_TASK[0], END_OF_TASK[2], SHARED[1], SHARED[5]].join(",").replace('$', "value-1.");
    let body = format!(r#"{{"data":[{}],{all}}}"#, ENTRIES.join(","));
    assert!(Pipeline::new(&crate::PROVIDER).events(CALLBACK, body.as_bytes()).len() == ENTRIES.len() + 2);
}
