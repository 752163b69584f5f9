//! What happens to an event. This is the one place to put your own code.

use std::time::Duration;

use chathooks_event::CloudEvent;
use shared::connection::Connection;
use shared::secrets::RefreshFailure;
use shared::settings::{SettingError, Settings};

use crate::delivery::Delivery;
pub use crate::error::Error;
pub use crate::reason::Reason;

/// An event from the queue.
#[derive(Debug)]
pub struct Event {
    /// The event, parsed.
    pub cloud_event: CloudEvent,
    /// The event as it stood in the queue, byte for byte.
    pub json: String,
    /// The trace of the request that it came by, as W3C's header `traceparent`: for requests of your own.
    pub traceparent: Option<String>,
    /// How long its handling may take; what takes longer has failed.
    pub time_limit: Duration,
}

/// What the handling of every event shares: made once, at start.
pub struct State {
    delivery: Option<Delivery>,
}

impl State {
    /// Reads the settings.
    ///
    /// # Errors
    /// A setting is missing or wrong.
    pub fn from_settings(settings: &Settings<'_>) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::from_settings(settings)? })
    }

    /// Reads the settings, and the secret from Secrets Manager where they say that it is there: in a deployed function.
    ///
    /// # Errors
    /// A setting is missing or wrong, or the secret cannot be read.
    pub async fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::open(connection, settings).await? })
    }

    /// Reads the secret again where it is old, and returns what went wrong: the last one then stays in use.
    pub async fn refresh(&self, limit: Duration) -> Vec<RefreshFailure> {
        match &self.delivery {
            Some(delivery) => delivery.refresh(limit).await,
            None => Vec::new(),
        }
    }

    /// Whether anything but a log line comes of an event. While nothing does, `cargo dev` leaves events in its
    /// queue for later. Your own code says `true`.
    #[must_use]
    pub fn has_destination(&self) -> bool {
        self.delivery.is_some()
    }
}

/// Handles one event: `Ok` takes it off the queue, `Err` leaves it there to be tried again, unless it is
/// [`Error::refused`].
///
/// The queue is at-least-once: an event may come twice, with one `id`. On a FIFO queue the events of a
/// conversation come one after the other, in order.
///
/// # Errors
/// The event has to be tried again, or is refused for good.
pub async fn handle(state: &State, event: &Event) -> Result<(), Error> {
    match &state.delivery {
        Some(delivery) => delivery.post(&event.cloud_event.id, &event.json, event.traceparent.as_deref(), event.time_limit).await,
        // Without a receiver the log line of the batch is all that happens.
        None => Ok(()),
    }
}
