//! Holders of secrets from Secrets Manager, and when their secrets are refreshed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::manager::SecretsManager;
use super::source::Source;

/// The pause after a failed refresh, and the minimum time between two refreshes caused by failed proofs, so that forged
/// requests cannot flood Secrets Manager.
const PAUSE: Duration = Duration::from_secs(10);
/// The time limit of a refresh, because a request waits for it.
const LONGEST_REFRESH: Duration = Duration::from_millis(500);

/// A type with a secret that may be in Secrets Manager.
pub trait Holder: Clone {
    /// The type of the secret, or of a set of secrets.
    type Secret;

    /// Returns a copy with another secret.
    #[must_use]
    fn with(&self, secret: Self::Secret) -> Self;
}

/// Holders of secrets, and the sources from which their secrets are refreshed.
pub struct Renewed<H: Holder> {
    current: RwLock<Arc<[H]>>,
    /// `None` if no secret is in Secrets Manager.
    secrets: Option<Secrets<H::Secret>>,
}

/// A secret that could not be refreshed. Its previous value stays in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshFailure {
    /// The setting that holds the ARN of the secret.
    pub setting: String,
    /// An error code of Secrets Manager, or `timeout`, `connection`, `unknown_issuer`, `certificate`, `no_secret_string`,
    /// `empty_secret`, `invalid_keyring` or `invalid_secret`.
    pub code: String,
}

/// The holders after a refresh, if one was due.
pub struct Refreshed<H> {
    /// The holders.
    pub current: Arc<[H]>,
    /// Whether a refresh was attempted.
    pub tried: bool,
    /// The secrets that could not be refreshed.
    pub failures: Vec<RefreshFailure>,
}

struct Secrets<S> {
    manager: SecretsManager,
    /// The sources, each with the index of its holder.
    sources: Vec<(usize, Source<S>)>,
    /// Locked during a refresh.
    freshness: Mutex<Freshness>,
}

/// The age of the secrets. Uses wall-clock times, because the monotonic clock may stop while Lambda freezes the process.
struct Freshness {
    read_at: SystemTime,
    /// How long the secrets may be used.
    lasts: Duration,
    /// The last time that a failed proof caused a refresh.
    refused_at: Option<SystemTime>,
}

/// Holders whose secrets never change.
impl<H: Holder> From<Vec<H>> for Renewed<H> {
    fn from(holders: Vec<H>) -> Self {
        Self { current: RwLock::new(holders.into()), secrets: None }
    }
}

impl<H: Holder> Renewed<H> {
    /// Returns holders with secrets that have just been read. Each source has the index of its holder.
    #[must_use]
    pub fn new(holders: Vec<H>, sources: Vec<(usize, Source<H::Secret>)>, manager: SecretsManager) -> Self {
        let freshness = Mutex::new(Freshness { read_at: SystemTime::now(), lasts: manager.ttl, refused_at: None });
        let secrets = (!sources.is_empty()).then_some(Secrets { manager, sources, freshness });
        Self { current: RwLock::new(holders.into()), secrets }
    }

    /// Returns the holders without a refresh.
    pub fn current(&self) -> Arc<[H]> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the holders, after a refresh within this time limit if their secrets are older than the time-to-live.
    ///
    /// The caller waits for the refresh. With a background refresh, a rarely called function could use a secret that was removed
    /// longer ago than the time-to-live.
    pub async fn fresh(&self, limit: Duration) -> Refreshed<H> {
        let Some(secrets) = &self.secrets else { return self.as_they_are() };
        let mut freshness = secrets.freshness.lock().await;
        if is_over(freshness.read_at, freshness.lasts) { self.refresh(secrets, &mut freshness, limit).await } else { self.as_they_are() }
    }

    /// Returns the holders after a refresh within this time limit, because those in `seen` refused a request. `None` if the
    /// previous such refresh was too recent.
    pub(crate) async fn newer(&self, seen: &Arc<[H]>, limit: Duration) -> Option<Refreshed<H>> {
        let secrets = self.secrets.as_ref()?;
        let mut freshness = secrets.freshness.lock().await;
        // Another request has refreshed them in the meantime.
        if !Arc::ptr_eq(seen, &self.current()) {
            return Some(self.as_they_are());
        }
        if freshness.refused_at.is_some_and(|refused_at| !is_over(refused_at, PAUSE)) {
            return None;
        }
        freshness.refused_at = Some(SystemTime::now());
        Some(self.refresh(secrets, &mut freshness, limit).await)
    }

    fn as_they_are(&self) -> Refreshed<H> {
        Refreshed { current: self.current(), tried: false, failures: Vec::new() }
    }

    async fn refresh(&self, secrets: &Secrets<H::Secret>, freshness: &mut Freshness, limit: Duration) -> Refreshed<H> {
        let limit = limit.min(LONGEST_REFRESH);
        let read = join_all(secrets.sources.iter().map(|(_, source)| source.read(&secrets.manager, limit))).await;
        let mut holders = self.current().to_vec();
        let mut failures = Vec::new();
        for ((index, source), secret) in secrets.sources.iter().zip(read) {
            match secret {
                Ok(secret) => holders[*index] = holders[*index].with(secret),
                Err(failure) => failures.push(RefreshFailure { setting: source.setting().to_owned(), code: failure.code }),
            }
        }
        let lasts = if failures.is_empty() { secrets.manager.ttl } else { PAUSE };
        *freshness = Freshness { read_at: SystemTime::now(), lasts, ..*freshness };
        let current: Arc<[H]> = holders.into();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&current);
        Refreshed { current, tried: true, failures }
    }
}

fn is_over(since: SystemTime, time: Duration) -> bool {
    // An error means that the clock was set back.
    since.elapsed().map_or(true, |elapsed| elapsed >= time)
}
