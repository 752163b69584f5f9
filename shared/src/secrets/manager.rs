//! The connection to Secrets Manager and its settings.

use std::time::Duration;

use crate::connection::Connection;
use crate::settings::{SECRETS_MANAGER_TTL, SettingError, Settings};

/// The default and maximum of [`SECRETS_MANAGER_TTL`], in seconds.
pub const LONGEST_TTL: u64 = 300;

/// The connection over which secrets are read, and their time-to-live.
pub struct SecretsManager {
    pub(super) connection: Connection,
    pub(super) ttl: Duration,
}

impl SecretsManager {
    /// Reads the settings. Does not connect yet.
    ///
    /// # Errors
    /// The time-to-live is invalid.
    pub fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let ttl = settings.number(SECRETS_MANAGER_TTL, "seconds", 1..=LONGEST_TTL)?.unwrap_or(LONGEST_TTL);
        Ok(Self { connection: connection.clone(), ttl: Duration::from_secs(ttl) })
    }
}
