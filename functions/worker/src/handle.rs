//! How an event is handled. To run your own code, change [`handle`].

use std::time::Duration;

use rustls::ClientConfig;
use shared::connection::Connection;
use shared::secrets::RefreshFailure;
use shared::settings::{SettingError, Settings};

use crate::delivery::Delivery;
pub use crate::error::Error;
pub use crate::event::Event;
pub use crate::reason::Reason;

/// The state that the handling of all events shares. It is created once, at startup.
pub struct State {
    delivery: Option<Delivery>,
}

impl State {
    /// Reads the settings.
    ///
    /// # Errors
    /// A setting is missing or invalid.
    pub fn from_settings(settings: &Settings<'_>) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::from_settings(settings)? })
    }

    /// Reads the settings, but trusts the servers that `tls` accepts instead of those that the settings name.
    ///
    /// # Errors
    /// A setting is missing or invalid.
    pub fn with_tls(settings: &Settings<'_>, tls: ClientConfig) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::with_tls(settings, tls)? })
    }

    /// Reads the settings, and the secret from Secrets Manager if a setting has its ARN. The deployed function uses this.
    ///
    /// # Errors
    /// A setting is missing or invalid, or the secret cannot be read.
    pub async fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::open(connection, settings).await? })
    }

    /// Refreshes the secret if it is older than its time-to-live, and returns the failures. After a failure, the last secret
    /// stays in use.
    pub async fn refresh(&self, limit: Duration) -> Vec<RefreshFailure> {
        match &self.delivery {
            Some(delivery) => delivery.refresh(limit).await,
            None => Vec::new(),
        }
    }

    /// Whether handling an event does more than log it. If not, `cargo dev` leaves events in its queue for later. Return
    /// `true` if you add your own code.
    #[must_use]
    pub fn has_destination(&self) -> bool {
        self.delivery.is_some()
    }
}

/// Handles one event. After `Ok`, the event is deleted from the queue. After `Err`, it is retried, unless the error is
/// [`Error::refused`].
///
/// Delivery is at least once: an event can arrive twice, with the same `id`. On a FIFO queue, the events of a conversation
/// are handled one at a time, in order.
///
/// # Errors
/// The event must be retried, or is permanently refused.
pub async fn handle(state: &State, event: &Event) -> Result<(), Error> {
    match &state.delivery {
        Some(delivery) => delivery.post(&event.id, &event.json, event.traceparent.as_deref(), event.time_limit).await,
        // Without a receiver, an event is only logged.
        None => Ok(()),
    }
}
