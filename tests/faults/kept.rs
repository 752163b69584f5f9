//! What of a request is in a queue: every event, byte for byte.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::{StoredMessage, proof};

/// The events of one request in one queue: the id of each, by its place in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    ids: BTreeMap<usize, String>,
    count: usize,
}

impl Kept {
    /// Reads the messages of a request with this body and `count` events.
    ///
    /// # Panics
    /// When a message holds other bytes than were sent, or two copies of an event have two ids.
    pub(crate) fn read(body: &[u8], count: usize, messages: &[StoredMessage]) -> Self {
        let body = std::str::from_utf8(body).expect("a sample in UTF-8");
        let mut events = BTreeMap::new();
        for event in messages.iter().map(StoredMessage::json) {
            let original = &event["data"]["original"];
            assert_eq!(original["sha256"], proof::sha256(body.as_bytes()));
            assert_eq!(original["encoding"], "utf-8");
            let place = if count == 1 { 0 } else { place(&original["part"], count) };
            let text = original["body"].as_str().expect("the original body").to_owned();
            let event = (event["id"].as_str().expect("an id").to_owned(), text);
            assert_eq!(*events.entry(place).or_insert_with(|| event.clone()), event, "two copies of one event");
        }
        if count == 1 {
            assert!(events.values().all(|(_, text)| text == body), "{events:?}");
        }
        // The slices stand in the body one after the other, each of them JSON of its own.
        let mut rest = body;
        for (_, text) in events.values() {
            let (_, after) = rest.split_once(text.as_str()).unwrap_or_else(|| panic!("{text} is not what was sent: {rest}"));
            serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{text} is half an event: {error}"));
            rest = after;
        }
        Self { ids: events.into_iter().map(|(place, (id, _))| (place, id)).collect(), count }
    }

    /// Every event of the request.
    pub(crate) fn all(&self) -> bool {
        self.ids.len() == self.count
    }

    /// None of them.
    pub(crate) fn none(&self) -> bool {
        self.ids.is_empty()
    }

    /// What is in either of two queues.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self { ids: self.ids.iter().chain(&other.ids).map(|(place, id)| (*place, id.clone())).collect(), count: self.count }
    }

    /// That an event which is in both queues is there under one id.
    ///
    /// # Panics
    /// When it is not.
    pub(crate) fn assert_same_ids(&self, other: &Self) {
        for (place, id) in &self.ids {
            assert!(other.ids.get(place).is_none_or(|copy| copy == id), "{self:?} and {other:?}");
        }
    }
}

fn place(part: &Value, count: usize) -> usize {
    assert_eq!(part["count"], count);
    let index = part["index"].as_u64().and_then(|index| usize::try_from(index).ok());
    index.filter(|index| *index < count).unwrap_or_else(|| panic!("a place: {part}"))
}
