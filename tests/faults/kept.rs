//! Which events of a request are in a queue, verified byte for byte.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::{StoredMessage, proof};

use crate::role::Role;

/// The events of one request that are in one queue: their IDs, by index in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    ids: BTreeMap<usize, String>,
    count: usize,
}

impl Kept {
    /// Reads the messages that the role's sample left in a queue.
    ///
    /// # Panics
    /// If a message's body differs from the one that the contract defines for its event, or if two copies of an
    /// event have different IDs.
    pub(crate) fn read(role: &Role, messages: &[StoredMessage]) -> Self {
        let (body, parts) = (role.sample().body, role.parts());
        assert_eq!(parts.len(), role.events, "{}", role.name);
        let mut events = BTreeMap::new();
        for event in messages.iter().map(StoredMessage::json) {
            let original = &event["data"]["original"];
            assert_eq!((&original["sha256"], &original["encoding"]), (&proof::sha256(&body).into(), &"utf-8".into()));
            let index = if parts.len() == 1 { 0 } else { part_index(&original["part"], parts.len()) };
            assert_eq!(original["body"], parts[index], "the body differs from the one sent");
            let id = event["id"].as_str().expect("an id").to_owned();
            assert_eq!(*events.entry(index).or_insert_with(|| id.clone()), id, "two copies of one event have different IDs");
        }
        Self { ids: events, count: parts.len() }
    }

    /// Returns whether every event of the request is in the queue.
    pub(crate) fn all(&self) -> bool {
        self.ids.len() == self.count
    }

    /// Returns whether no event of the request is in the queue.
    pub(crate) fn none(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns the events that are in either of two queues.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self { ids: self.ids.iter().chain(&other.ids).map(|(index, id)| (*index, id.clone())).collect(), count: self.count }
    }

    /// Asserts that an event in both queues has the same ID in both.
    ///
    /// # Panics
    /// If it has different IDs.
    pub(crate) fn assert_same_ids(&self, other: &Self) {
        for (index, id) in &self.ids {
            assert!(other.ids.get(index).is_none_or(|copy| copy == id), "{self:?} and {other:?}");
        }
    }
}

fn part_index(part: &Value, count: usize) -> usize {
    assert_eq!(part["count"], count);
    let index = part["index"].as_u64().and_then(|index| usize::try_from(index).ok());
    index.filter(|index| *index < count).unwrap_or_else(|| panic!("not a part index: {part}"))
}
