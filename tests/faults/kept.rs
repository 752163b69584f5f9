//! What of a request is in a queue: every event, byte for byte.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::{StoredMessage, proof};

use crate::role::Role;

/// The events of one request in one queue: the id of each, by its place in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    ids: BTreeMap<usize, String>,
    count: usize,
}

impl Kept {
    /// Reads the messages that the role's sample left in a queue.
    ///
    /// # Panics
    /// When a message holds another body than the contract gives its event, or two copies of an event have two ids.
    pub(crate) fn read(role: &Role, messages: &[StoredMessage]) -> Self {
        let (body, parts) = (role.sample().body, role.parts());
        assert_eq!(parts.len(), role.events, "{}", role.name);
        let mut events = BTreeMap::new();
        for event in messages.iter().map(StoredMessage::json) {
            let original = &event["data"]["original"];
            assert_eq!((&original["sha256"], &original["encoding"]), (&proof::sha256(&body).into(), &"utf-8".into()));
            let place = if parts.len() == 1 { 0 } else { place(&original["part"], parts.len()) };
            assert_eq!(original["body"], parts[place], "not what was sent");
            let id = event["id"].as_str().expect("an id").to_owned();
            assert_eq!(*events.entry(place).or_insert_with(|| id.clone()), id, "two copies of one event");
        }
        Self { ids: events, count: parts.len() }
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
