//! The worker's parts, created once at startup.

use shared::connection::Connection;
use shared::log::Log;
use shared::queue::sqs::Clients;
use shared::settings::{DEAD_LETTER_QUEUE_URL, DELIVERY_SECRET_ARN, QUEUE_URL, SettingError, Settings};

use crate::dead_letters::DeadLetters;
use crate::handle::State;
use crate::visibility::Visibility;

/// The handler's state, and the queues that failed records need.
pub struct Worker {
    /// The state that the handling of all events shares.
    pub state: State,
    /// The queues that records come from, or `None` if `QUEUE_URL` is not set. In that case, a queue's visibility timeout applies.
    pub visibility: Option<Visibility>,
    /// The queue for records that no retry can help.
    pub dead_letters: Option<DeadLetters>,
}

impl Worker {
    /// Reads the settings, and the secret from Secrets Manager.
    ///
    /// No connection to a queue is opened yet: only failures need one, and most processes never have any.
    ///
    /// # Errors
    /// A setting is missing or invalid, or the secret cannot be read.
    pub async fn open(settings: &Settings<'_>, log: &'static Log) -> Result<Self, SettingError> {
        let needs = |name: &&str| settings.optional(name).is_some();
        // Without any of these settings, the worker runs without AWS credentials.
        if ![QUEUE_URL, DEAD_LETTER_QUEUE_URL, DELIVERY_SECRET_ARN].iter().any(needs) {
            return Ok(Self { state: State::from_settings(settings)?, visibility: None, dead_letters: None });
        }
        let connection = Connection::open(settings, |trusted| log.system_trusted(trusted))?;
        let mut clients = Clients::new(&connection);
        let visibility = Visibility::from_settings(&mut clients, settings)?;
        let dead_letter_url = settings.optional(DEAD_LETTER_QUEUE_URL);
        if visibility.as_ref().is_some_and(|queues| dead_letter_url.is_some_and(|url| queues.has(&url))) {
            let problem = format!("must be a different queue than {QUEUE_URL}, or dead-letter messages would be redelivered endlessly");
            return Err(SettingError::new(DEAD_LETTER_QUEUE_URL, problem));
        }
        Ok(Self {
            visibility,
            dead_letters: DeadLetters::from_settings(&mut clients, settings)?,
            state: State::open(&connection, settings).await?,
        })
    }
}
