//! When an event happened, and whether that is precise enough to identify it.

use shared::json::Value;
use shared::parse::{Event, Identity};
use shared::timestamp::Timestamp;

/// An event's time, and whether it is in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Timestamps {
    time: Option<Timestamp>,
    has_millis: bool,
}

impl Timestamps {
    /// Reads the timestamps of these objects, innermost first. A time in milliseconds takes precedence over one in seconds.
    pub(crate) fn of(objects: &[Value<'_>]) -> Self {
        // `time`, at the top level of a version 2 body, is when the webhook was created.
        let names = ["msec_timestamp", "timestamp", "time"];
        let time = names.iter().find_map(|name| objects.iter().find_map(|object| Timestamp::of(object.get(name))));
        Self { time, has_millis: objects.iter().any(|object| Timestamp::of_millis(object.get(names[0])).is_some()) }
    }

    /// Sets an event's time and identity where they are missing. With a time in milliseconds, the body is the identity.
    pub(crate) fn complete(self, event: Event) -> Event {
        let identity = match event.identity {
            Identity::Fresh if self.has_millis => Identity::Body,
            identity => identity,
        };
        Event { time: event.time.or(self.time), identity, ..event }
    }
}
