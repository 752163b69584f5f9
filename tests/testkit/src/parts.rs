//! The contract of a request that carries multiple events, checked on any body: each `original.body`, sent separately,
//! yields its event again; every value of the request is in at least one event; and no two events share an id.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use shared::event::CloudEvent;
use shared::json::Document;
use shared::provider::Provider;
use shared::received::without_line_end;
use shared::timestamp::Timestamp;

use crate::pipeline::{Pipeline, apart};

/// The largest difference between two times of receipt, in milliseconds.
const RECEIPT: i64 = 60_000;

/// Checks a body that must be queued, and returns its events.
///
/// # Panics
/// If the events violate the contract.
pub fn check(pipeline: &Pipeline, path: &str, body: &[u8]) -> Vec<CloudEvent> {
    let events = pipeline.events(path, body);
    let again = pipeline.events(path, body);
    assert_eq!(events.len(), again.len());
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "two events share an id");
    if let [event] = events.as_slice() {
        assert_eq!((event.data.original.body.as_bytes(), event.data.original.part), (body, None));
        return events;
    }
    for (index, event) in events.iter().enumerate() {
        let part = event.data.original.part.expect("the part of an event among others");
        assert_eq!((part.index, part.count), (index, events.len()));
        let alone = pipeline.events(path, event.data.original.body.as_bytes());
        let [alone] = alone.as_slice() else { panic!("{} events of {}", alone.len(), event.data.original.body) };
        same_event(event, alone);
        if event.id != alone.id {
            let is_fresh = event.id != again[index].id;
            let is_numbered = events[..index].iter().any(|earlier| earlier.id == alone.id);
            assert!(is_fresh || is_numbered || event.id == id_by_body(event, index, body), "{}", event.data.original.body);
        }
    }
    every_value_is_somewhere(body, &events);
    events
}

/// Checks a body and returns the bodies of its events. Unlike [`check`], it can be called inside a running runtime.
///
/// # Panics
/// Like [`check`].
pub fn bodies(provider: &'static Provider, path: &str, body: &[u8]) -> Vec<String> {
    let events = apart(|| check(&Pipeline::new(provider), path, body));
    events.into_iter().map(|event| event.data.original.body).collect()
}

/// Asserts that two events are equal except where the contract allows a difference.
fn same_event(event: &CloudEvent, alone: &CloudEvent) {
    let stripped = |event: &CloudEvent| {
        let mut event = event.clone();
        event.data.original = Default::default();
        (event.id, event.time, event.traceparent) = Default::default();
        event
    };
    assert_eq!(stripped(event), stripped(alone), "{}", event.data.original.body);
    let [one, other] = [event, alone].map(|event| Timestamp::parse(&event.time).expect("a time").millis());
    let now = Timestamp::now().millis();
    let are_receipts = [one, other].into_iter().all(|time| now - time < RECEIPT);
    assert!(one == other || are_receipts, "{} and {}", event.time, alone.time);
}

/// Returns the id of an event that is identified by its body and index.
fn id_by_body(event: &CloudEvent, index: usize, body: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let identity = format!("{}\nbody:{index}:{}", event.source, hex(&Sha256::digest(without_line_end(body))));
    format!("{}-{}", event.data.provider, &hex(&Sha256::digest(identity))[..32])
}

/// Asserts that every value of a body is in at least one of its parts, under the same names.
fn every_value_is_somewhere(body: &[u8], events: &[CloudEvent]) {
    let parts: BTreeSet<String> = events.iter().flat_map(|event| leaves(event.data.original.body.as_bytes())).collect();
    let all = leaves(body);
    let lost: Vec<&String> = all.difference(&parts).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// Returns a body's scalars as written, each prefixed with the names of its ancestors; duplicate members are all included.
fn leaves(body: &[u8]) -> BTreeSet<String> {
    let document = Document::parse(body).expect("JSON");
    let mut leaves = BTreeSet::new();
    let mut rest = vec![(String::new(), document.root())];
    while let Some((names, value)) = rest.pop() {
        rest.extend(value.elements().map(|element| (format!("{names}[]"), element)));
        rest.extend(value.members().map(|(name, member)| (format!("{names}.{name}"), member)));
        if !value.is_object() && !value.is_array() {
            leaves.insert(format!("{names}={}", value.raw()));
        }
    }
    leaves
}
