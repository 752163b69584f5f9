//! What happens to an event. This is the one place to put your own code.

use std::time::Duration;

use rustls::ClientConfig;
use shared::connection::Connection;
use shared::secrets::RefreshFailure;
use shared::settings::{SettingError, Settings};

use crate::delivery::Delivery;
pub use crate::error::Error;
pub use crate::event::Event;
pub use crate::reason::Reason;

/// What the handling of all events shares. It is created once, at start.
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

    /// Reads the settings, but trusts the servers that `tls` accepts instead of those that the settings name.
    ///
    /// # Errors
    /// A setting is missing or invalid.
    pub fn with_tls(settings: &Settings<'_>, tls: ClientConfig) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::with_tls(settings, tls)? })
    }

    /// Reads the settings, and the secret from Secrets Manager if they name its ARN. For the deployed function.
    ///
    /// # Errors
    /// A setting is missing or wrong, or the secret cannot be read.
    pub async fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        Ok(Self { delivery: Delivery::open(connection, settings).await? })
    }

    /// Reads the secret again if it is older than its time-to-live, and returns what failed. After a failure the last secret
    /// stays in use.
    pub async fn refresh(&self, limit: Duration) -> Vec<RefreshFailure> {
        match &self.delivery {
            Some(delivery) => delivery.refresh(limit).await,
            None => Vec::new(),
        }
    }

    /// Whether handling an event does more than log it. If not, `cargo dev` leaves events in its queue for later. Return
    /// `true` with your own code.
    #[must_use]
    pub fn has_destination(&self) -> bool {
        self.delivery.is_some()
    }
}

/// Handles one event: after `Ok` it is deleted from the queue, after `Err` it is tried again, unless the error is
/// [`Error::refused`].
///
/// Delivery is at least once: an event may come twice, with the same `id`. On a FIFO queue the events of a
/// conversation come one after the other, in order.
///
/// # Errors
/// The event has to be tried again, or is refused for good.
pub async fn handle(state: &State, event: &Event) -> Result<(), Error> {
    match &state.delivery {
        Some(delivery) => delivery.post(&event.id, &event.json, event.traceparent.as_deref(), event.time_limit).await,
        // Without a receiver, an event is only logged.
        None => Ok(()),
    }
}
