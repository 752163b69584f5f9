//! Keyrings from AWS Secrets Manager: read at start, again when they are old, and once more when a proof fails that might
//! pass with another keyring.
//!
//! What cannot be read, or is not a keyring, leaves the last keyring in use, and is reported.

mod arn;
mod request;
mod source;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::future::{join_all, try_join_all};
use tokio::sync::Mutex;

use crate::connection::Connection;
use crate::endpoint::Endpoint;
use crate::provider::Provider;
use crate::settings::{SECRETS_MANAGER_TTL, SettingError, Settings};
use source::Source;

/// How old a keyring may be, in seconds, where the setting is missing; also the most that it may be set to.
pub const LONGEST_TTL: u64 = 300;
/// The pause after a failed refresh, and the shortest time between two refreshes for failed proofs, so that forged
/// requests cannot flood Secrets Manager.
const PAUSE: Duration = Duration::from_secs(10);
/// The most of a request's time that a refresh may take.
const LONGEST_REFRESH: Duration = Duration::from_millis(500);

/// A function's endpoints at one moment. Each keeps its index.
pub(crate) type Current = Arc<[Endpoint]>;

/// A function's endpoints, and where their keyrings come from.
pub struct Endpoints {
    current: RwLock<Current>,
    /// None where no keyring is in Secrets Manager.
    secrets: Option<Secrets>,
}

/// A keyring that could not be read again: the last one stays in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshFailure {
    /// The setting with the secret's ARN.
    pub setting: String,
    /// The error's code as Secrets Manager names it, or `timeout`, `connection`, `no_secret_string`,
    /// `empty_secret`, `invalid_keyring`.
    pub code: String,
}

/// The endpoints after a look at Secrets Manager.
pub(crate) struct Refreshed {
    pub(crate) endpoints: Current,
    /// Whether there was a look at all.
    pub(crate) tried: bool,
    pub(crate) failures: Vec<RefreshFailure>,
}

struct Secrets {
    connection: Connection,
    /// Each with the index of its endpoint.
    sources: Vec<(usize, Source)>,
    ttl: Duration,
    /// Whoever refreshes holds it.
    freshness: Mutex<Freshness>,
}

/// By the wall clock: the monotonic one may stand still while Lambda has frozen the process.
struct Freshness {
    read_at: SystemTime,
    /// How long what was read lasts.
    lasts: Duration,
    /// The last refresh for a failed proof.
    refused_at: Option<SystemTime>,
}

impl From<Vec<Endpoint>> for Endpoints {
    fn from(endpoints: Vec<Endpoint>) -> Self {
        Self { current: RwLock::new(endpoints.into()), secrets: None }
    }
}

impl Endpoints {
    /// Returns the endpoints of a function, with the keyrings that Secrets Manager has for them.
    ///
    /// # Errors
    /// A setting is missing or wrong; or a secret cannot be read or is not a keyring, and the error names the
    /// setting with its ARN.
    pub async fn open(provider: &'static Provider, connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let ttl = settings.number(SECRETS_MANAGER_TTL, "seconds", 1..=LONGEST_TTL)?.unwrap_or(LONGEST_TTL);
        let sources = provider.webhooks.iter().map(|webhook| Source::find(webhook, settings));
        let sources = sources.collect::<Result<Vec<Option<Source>>, _>>()?;
        let keyrings = provider.webhooks.iter().zip(&sources).map(async |(webhook, source)| match source {
            Some(source) => source.read_first(connection).await.map(Some),
            None => settings.keyring(webhook.keyring, webhook.secret_parser()),
        });
        let endpoints = provider.endpoints_with(try_join_all(keyrings).await?, settings)?;
        let index = |source: &Source| endpoints.iter().position(|endpoint| std::ptr::eq(endpoint.webhook, source.webhook));
        let sources: Vec<(usize, Source)> = sources.into_iter().flatten().filter_map(|source| Some((index(&source)?, source))).collect();
        let ttl = Duration::from_secs(ttl);
        let freshness = Mutex::new(Freshness { read_at: SystemTime::now(), lasts: ttl, refused_at: None });
        let secrets = Secrets { connection: connection.clone(), sources, ttl, freshness };
        Ok(Self { current: RwLock::new(endpoints.into()), secrets: Some(secrets).filter(|secrets| !secrets.sources.is_empty()) })
    }

    /// Returns the endpoints as they are.
    pub(crate) fn current(&self) -> Current {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the endpoints, after a refresh within this time where their keyrings are old.
    ///
    /// It comes before the verification, and not beside the enqueue: no request is then accepted by a secret
    /// that has been removed for longer than the time-to-live, however seldom requests come.
    pub(crate) async fn fresh(&self, limit: Duration) -> Refreshed {
        let Some(secrets) = &self.secrets else { return self.as_they_are() };
        let mut freshness = secrets.freshness.lock().await;
        if is_over(freshness.read_at, freshness.lasts) { self.refresh(secrets, &mut freshness, limit).await } else { self.as_they_are() }
    }

    /// Returns the endpoints after a refresh within this time, because these refused a request; none where that has
    /// happened too often.
    pub(crate) async fn newer(&self, seen: &Current, limit: Duration) -> Option<Refreshed> {
        let secrets = self.secrets.as_ref()?;
        let mut freshness = secrets.freshness.lock().await;
        // Another request has refreshed them meanwhile.
        if !Arc::ptr_eq(seen, &self.current()) {
            return Some(self.as_they_are());
        }
        if freshness.refused_at.is_some_and(|refused_at| !is_over(refused_at, PAUSE)) {
            return None;
        }
        freshness.refused_at = Some(SystemTime::now());
        Some(self.refresh(secrets, &mut freshness, limit).await)
    }

    fn as_they_are(&self) -> Refreshed {
        Refreshed { endpoints: self.current(), tried: false, failures: Vec::new() }
    }

    async fn refresh(&self, secrets: &Secrets, freshness: &mut Freshness, limit: Duration) -> Refreshed {
        let limit = limit.min(LONGEST_REFRESH);
        let keyrings = join_all(secrets.sources.iter().map(|(_, source)| source.read(&secrets.connection, limit))).await;
        let mut endpoints = self.current().to_vec();
        let mut failures = Vec::new();
        for ((index, source), keyring) in secrets.sources.iter().zip(keyrings) {
            match keyring {
                Ok(keyring) => endpoints[*index] = endpoints[*index].with_keyring(keyring),
                Err(failure) => failures.push(RefreshFailure { setting: source.setting(), code: failure.code }),
            }
        }
        let lasts = if failures.is_empty() { secrets.ttl } else { PAUSE };
        *freshness = Freshness { read_at: SystemTime::now(), lasts, ..*freshness };
        let endpoints = Current::from(endpoints);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&endpoints);
        Refreshed { endpoints, tried: true, failures }
    }
}

fn is_over(since: SystemTime, time: Duration) -> bool {
    // Nothing is known after the clock was set back.
    since.elapsed().map_or(true, |elapsed| elapsed >= time)
}
