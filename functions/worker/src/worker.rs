//! The worker's parts, made once at start.

use shared::connection::Connection;
use shared::settings::{DEAD_LETTER_QUEUE_URL, DELIVERY_SECRET_ARN, QUEUE_URL, SettingError, Settings};

use crate::dead_letters::DeadLetters;
use crate::handle::State;
use crate::visibility::Visibility;

/// What handles events, and the queues beside it.
pub struct Worker {
    /// What the handling of every event shares.
    pub state: State,
    /// The queue that records come from. None where `QUEUE_URL` is not set: its own timeout then holds.
    pub visibility: Option<Visibility>,
    /// Where records go that no delivery can help.
    pub dead_letters: Option<DeadLetters>,
}

impl Worker {
    /// Reads the settings, and the secret from Secrets Manager.
    ///
    /// No connection is opened to a queue yet: only failures need one, and most starts are followed by none.
    ///
    /// # Errors
    /// A setting is missing or wrong, or the secret cannot be read.
    pub async fn open(settings: &Settings<'_>) -> Result<Self, SettingError> {
        let needs = |name: &&str| settings.optional(name).is_some();
        // Without any of them it runs without AWS credentials.
        if ![QUEUE_URL, DEAD_LETTER_QUEUE_URL, DELIVERY_SECRET_ARN].iter().any(needs) {
            return Ok(Self { state: State::from_settings(settings)?, visibility: None, dead_letters: None });
        }
        let connection = Connection::open(settings)?;
        Ok(Self {
            visibility: Visibility::from_settings(&connection, settings)?,
            dead_letters: DeadLetters::from_settings(&connection, settings)?,
            state: State::open(&connection, settings).await?,
        })
    }
}
