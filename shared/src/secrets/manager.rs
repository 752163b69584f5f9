//! Secrets Manager, as the settings describe it.

use std::time::Duration;

use crate::connection::Connection;
use crate::settings::{SECRETS_MANAGER_TTL, SettingError, Settings};

/// How old a secret may be, in seconds, where the setting is missing; also the most that it may be set to.
pub const LONGEST_TTL: u64 = 300;

/// The connection that secrets are read by, and how long they may be used.
pub struct SecretsManager {
    pub(super) connection: Connection,
    pub(super) ttl: Duration,
}

impl SecretsManager {
    /// Reads the settings. Nothing is connected yet.
    ///
    /// # Errors
    /// The time-to-live is wrong.
    pub fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let ttl = settings.number(SECRETS_MANAGER_TTL, "seconds", 1..=LONGEST_TTL)?.unwrap_or(LONGEST_TTL);
        Ok(Self { connection: connection.clone(), ttl: Duration::from_secs(ttl) })
    }
}
