//! When something happened, and whether that tells two events apart.

use shared::json::Value;
use shared::parse::{Event, Identity};
use shared::timestamp::Timestamp;

/// What an object's own timestamps say.
#[derive(Clone, Copy)]
pub(crate) struct Timestamps {
    time: Option<Timestamp>,
    has_millis: bool,
}

impl Timestamps {
    /// Returns what these objects say, the innermost first. A time in milliseconds comes before one in seconds.
    pub(crate) fn of(objects: &[Value<'_>]) -> Self {
        // `time` stands at the top of a v2 body, and says when the webhook was made.
        let names = ["msec_timestamp", "timestamp", "time"];
        let time = names.iter().find_map(|name| objects.iter().find_map(|object| Timestamp::of(object.get(name))));
        Self { time, has_millis: objects.iter().any(|object| Timestamp::of_millis(object.get(names[0])).is_some()) }
    }

    /// Returns the event with this time and the identity that comes with it, where it has none of its own.
    pub(crate) fn complete(self, event: Event) -> Event {
        let identity = match event.identity {
            Identity::Fresh if self.has_millis => Identity::Body,
            identity => identity,
        };
        Event { time: event.time.or(self.time), identity, ..event }
    }
}
