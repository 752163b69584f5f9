//! Two customers in one body: nothing from one appears in the other's event.

use std::collections::{BTreeMap, BTreeSet};

use functions::PROVIDERS;
use serde_json::Value;
use testkit::{Pipeline, Post, parts, samples};

use crate::leaves;

/// Members whose values determine a body's shape.
const SHAPE: [&str; 12] = [
    "type",
    "status",
    "event",
    "object",
    "field",
    "template_type",
    "_v",
    "content_type",
    "contentType",
    "mime_type",
    "recipient_type",
    "messaging_product",
];
/// Shorter texts can be equal by chance.
const TELLING: usize = 5;

#[test]
fn no_field_of_one_customer_is_in_the_others_event() {
    let mut checked = BTreeMap::<&str, usize>::new();
    for provider in PROVIDERS {
        let pipeline = Pipeline::new(provider);
        for sample in samples(provider.name) {
            let Ok(body) = serde_json::from_slice::<Value>(&sample.body) else { continue };
            let path = Post::of(&sample).path;
            let alone = pipeline.events(&path, body.to_string().as_bytes()).len();
            let other = another_customer(&body);
            for places in lists(&body) {
                let both = Both::of(&body, &other, &places);
                let events = pipeline.events(&path, both.body.to_string().as_bytes());
                // A list that creates no events, such as a list of attachments, belongs to one person.
                if events.len() == 2 * alone {
                    parts::check(&pipeline, &path, both.body.to_string().as_bytes());
                    events.iter().for_each(|event| both.check(&serde_json::to_value(event).expect("JSON"), &sample.name));
                    *checked.entry(provider.name).or_default() += 1;
                }
            }
        }
    }
    let expected = BTreeMap::from([("kommunicate", 2), ("kore", 2), ("qikchat", 5)]);
    assert!(expected.iter().all(|(name, least)| checked.get(name).is_some_and(|count| count >= least)), "{checked:?}");
}

/// A body with the lists of two customers, and the values that only one of them has.
struct Both {
    body: Value,
    of_one: BTreeSet<String>,
    of_other: BTreeSet<String>,
}

impl Both {
    /// Joins the lists at a place in one body with those in the other.
    fn of(one: &Value, other: &Value, place: &Place) -> Self {
        let (mut body, mut rest) = (one.clone(), one.clone());
        let (mut of_one, mut of_other) = (BTreeSet::new(), BTreeSet::new());
        for list in &place.0 {
            let [one, other] = [one, other].map(|body| body.pointer(list).and_then(Value::as_array).expect("a list"));
            one.iter().for_each(|element| of_one.extend(leaves::of_json(element)));
            other.iter().for_each(|element| of_other.extend(leaves::of_json(element)));
            *body.pointer_mut(list).expect("a list") = [one.as_slice(), other].concat().into();
            *rest.pointer_mut(list).expect("a list") = Value::Null;
        }
        let shared: BTreeSet<String> = of_one.intersection(&of_other).cloned().chain(leaves::of_json(&rest)).collect();
        let telling = |said: BTreeSet<String>| said.into_iter().filter(|leaf| leaf.len() >= TELLING && !shared.contains(leaf)).collect();
        Self { body, of_one: telling(of_one), of_other: telling(of_other) }
    }

    fn check(&self, event: &Value, sample: &str) {
        let body = leaves::of(event["data"]["original"]["body"].as_str().expect("a body"));
        let mut data = event["data"].clone();
        data["original"] = Value::Null;
        let data = leaves::of_json(&data);
        let says = |of: &BTreeSet<String>| {
            let in_body = of.intersection(&body).next();
            let in_data = data.iter().find_map(|text| of.iter().find(|said| text.contains(said.as_str())));
            in_body.or(in_data).cloned()
        };
        let (one, other) = (says(&self.of_one), says(&self.of_other));
        assert!(one.is_none() || other.is_none(), "{sample}: {one:?} and {other:?} in {event:#}");
        assert!(one.is_some() || other.is_some(), "{sample}: neither customer is in {event:#}");
    }
}

/// Sibling lists in one object, such as the lists of messages and of their contacts.
struct Place(Vec<String>);

/// Returns every place in a body that has lists of objects.
fn lists(body: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    if is_list(body) {
        places.push(Place(vec![String::new()]));
    }
    let mut rest = vec![(String::new(), body)];
    while let Some((path, value)) = rest.pop() {
        let members = value.as_object().into_iter().flatten();
        let side_by_side: Vec<String> =
            members.clone().filter(|(_, value)| is_list(value)).map(|(name, _)| format!("{path}/{name}")).collect();
        places.extend((!side_by_side.is_empty()).then_some(Place(side_by_side)));
        rest.extend(members.map(|(name, value)| (format!("{path}/{name}"), value)));
        rest.extend(value.as_array().into_iter().flatten().enumerate().map(|(index, value)| (format!("{path}/{index}"), value)));
    }
    places
}

fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|elements| !elements.is_empty() && elements.iter().all(Value::is_object))
}

/// Returns the same body for another customer: every text and number changes, and equal values stay equal.
fn another_customer(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let is_shape = SHAPE.contains(&name.as_str());
                (name.clone(), if is_shape { value.clone() } else { another_customer(value) })
            };
            members.iter().map(member).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(elements) => elements.iter().map(another_customer).collect(),
        Value::String(text) => text.chars().map(another_character).collect::<String>().into(),
        Value::Number(number) if number.is_u64() => {
            let digits: String = number.to_string().chars().map(another_character).collect();
            digits.parse::<u64>().map_or_else(|_| value.clone(), Value::from)
        }
        other => other.clone(),
    }
}

/// Applies ROT13 to letters, and replaces digits with the next one, never 0.
fn another_character(character: char) -> char {
    let shifted = |first: u8, count: u8, by: u8| char::from(first + (character as u8 - first + by) % count);
    match character {
        'a'..='z' => shifted(b'a', 26, 13),
        'A'..='Z' => shifted(b'A', 26, 13),
        '0'..='9' => char::from(b'1' + (character as u8 - b'0') % 9),
        other => other,
    }
}
