//! Keyrings from AWS Secrets Manager: read at start, again when they are old, and once more when a proof
//! fails that another keyring might let pass.
//!
//! No provider knows of it: a refresh makes a provider anew, from settings in which the secret's text stands
//! in place of its ARN. What cannot be read, or is no keyring, leaves the provider as it is, and is told.

mod arn;
mod request;
mod source;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::future::{join_all, try_join_all};
use tokio::sync::Mutex;

use crate::connection::Connection;
use crate::function::Function;
use crate::provider::Provider;
use crate::settings::{SECRETS_MANAGER_TTL, SettingError, Settings, arn_of};
use source::Source;

/// How old a keyring may be, where the setting is missing.
const DEFAULT_TTL: Duration = Duration::from_secs(300);
/// The pause after a failed refresh, and the shortest time between two refreshes for failed proofs: a flood
/// of forged requests is no flood of Secrets Manager.
const PAUSE: Duration = Duration::from_secs(10);
/// The most of a request's time that a refresh may take.
const LONGEST_REFRESH: Duration = Duration::from_millis(500);

/// A function's providers at one moment. Each keeps its place.
pub(crate) type Current = Arc<[Arc<dyn Provider>]>;

/// A function's providers, and where their keyrings come from.
pub struct Providers {
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

/// The providers after a look at Secrets Manager.
pub(crate) struct Refreshed {
    pub(crate) providers: Current,
    /// Whether there was a look at all.
    pub(crate) tried: bool,
    pub(crate) failures: Vec<RefreshFailure>,
}

struct Secrets {
    connection: Connection,
    settings: Settings<'static>,
    /// Each with the place of its provider.
    sources: Vec<(usize, Source)>,
    ttl: Duration,
    /// Whoever refreshes holds it.
    clock: Mutex<Clock>,
}

/// By the wall clock: the other one may stand still while Lambda has frozen the process.
struct Clock {
    read: SystemTime,
    /// How long what was read lasts.
    lasts: Duration,
    /// The last refresh for a failed proof.
    refused: Option<SystemTime>,
}

impl From<Vec<Box<dyn Provider>>> for Providers {
    fn from(providers: Vec<Box<dyn Provider>>) -> Self {
        Self { current: RwLock::new(providers.into_iter().map(Arc::from).collect()), secrets: None }
    }
}

impl Providers {
    /// The providers of a function, with the keyrings that Secrets Manager has for them.
    ///
    /// # Errors
    /// A setting is missing or wrong; or a secret cannot be read or is no keyring, and the error names the
    /// setting with its ARN.
    pub async fn read(function: &Function, connection: &Connection, settings: &Settings<'static>) -> Result<Self, SettingError> {
        let ttl = settings.seconds(SECRETS_MANAGER_TTL)?.unwrap_or(DEFAULT_TTL);
        let sources = function.webhooks.iter().filter_map(|webhook| Source::find(webhook, settings).transpose());
        let sources: Vec<Source> = sources.collect::<Result<_, _>>()?;
        let texts = try_join_all(sources.iter().map(|source| source.read_first(connection))).await?;
        let resolved = sources.iter().zip(texts).fold(settings.clone(), |settings, (source, text)| resolve(&settings, source, text));
        let senders = function.senders(&resolved).map_err(|error| about_arn(error, &sources))?;
        let place = |source: &Source| senders.iter().position(|sender| sender.webhook.keyring == source.webhook.keyring);
        let sources: Vec<(usize, Source)> = sources.into_iter().filter_map(|source| Some((place(&source)?, source))).collect();
        let clock = Mutex::new(Clock { read: SystemTime::now(), lasts: ttl, refused: None });
        let secrets = Secrets { connection: connection.clone(), settings: settings.clone(), sources, ttl, clock };
        Ok(Self {
            current: RwLock::new(senders.into_iter().map(|sender| Arc::from(sender.signer as Box<dyn Provider>)).collect()),
            secrets: Some(secrets).filter(|secrets| !secrets.sources.is_empty()),
        })
    }

    /// The providers as they are.
    pub(crate) fn current(&self) -> Current {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The providers, after a refresh within this time where their keyrings are old.
    ///
    /// It comes before the verification, and not beside the enqueue: no request is then accepted by a secret
    /// that has been removed for longer than the time-to-live, however seldom requests come.
    pub(crate) async fn fresh(&self, limit: Duration) -> Refreshed {
        let Some(secrets) = &self.secrets else { return self.as_they_are() };
        let mut clock = secrets.clock.lock().await;
        if is_over(clock.read, clock.lasts) { self.refresh(secrets, &mut clock, limit).await } else { self.as_they_are() }
    }

    /// The providers after a refresh within this time, because these refused a request; none where that has
    /// happened too often.
    pub(crate) async fn newer(&self, seen: &Current, limit: Duration) -> Option<Refreshed> {
        let secrets = self.secrets.as_ref()?;
        let mut clock = secrets.clock.lock().await;
        // Somebody else has refreshed them meanwhile.
        if !Arc::ptr_eq(seen, &self.current()) {
            return Some(self.as_they_are());
        }
        if clock.refused.is_some_and(|refused| !is_over(refused, PAUSE)) {
            return None;
        }
        clock.refused = Some(SystemTime::now());
        Some(self.refresh(secrets, &mut clock, limit).await)
    }

    fn as_they_are(&self) -> Refreshed {
        Refreshed { providers: self.current(), tried: false, failures: Vec::new() }
    }

    async fn refresh(&self, secrets: &Secrets, clock: &mut Clock, limit: Duration) -> Refreshed {
        let limit = limit.min(LONGEST_REFRESH);
        let texts = join_all(secrets.sources.iter().map(|(_, source)| source.read(&secrets.connection, limit))).await;
        let mut providers = self.current().to_vec();
        let mut failures = Vec::new();
        for ((place, source), text) in secrets.sources.iter().zip(texts) {
            match text.map_err(|failure| failure.code).and_then(|text| provider(&secrets.settings, source, text)) {
                Ok(provider) => providers[*place] = provider,
                Err(code) => failures.push(RefreshFailure { setting: source.setting(), code }),
            }
        }
        *clock = Clock { read: SystemTime::now(), lasts: if failures.is_empty() { secrets.ttl } else { PAUSE }, ..*clock };
        let providers = Current::from(providers);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&providers);
        Refreshed { providers, tried: true, failures }
    }
}

/// The settings with a secret's text in place of its ARN.
fn resolve(settings: &Settings<'static>, source: &Source, text: String) -> Settings<'static> {
    settings.with_keyring(source.webhook.keyring, text)
}

/// A provider with a secret's text as its keyring.
fn provider(settings: &Settings<'static>, source: &Source, text: String) -> Result<Arc<dyn Provider>, String> {
    let sender = (source.webhook.from_settings)(&resolve(settings, source, text)).ok().flatten();
    sender.map(|signer| Arc::from(signer as Box<dyn Provider>)).ok_or_else(|| "invalid_keyring".to_owned())
}

/// An error about a keyring that came from Secrets Manager is one about its ARN.
fn about_arn(error: SettingError, sources: &[Source]) -> SettingError {
    if sources.iter().all(|source| source.webhook.keyring != error.setting) {
        return error;
    }
    SettingError::new(&arn_of(&error.setting), format!("the secret's text is no keyring: {}", error.problem))
}

fn is_over(since: SystemTime, time: Duration) -> bool {
    // A clock that was set back tells nothing.
    since.elapsed().map_or(true, |elapsed| elapsed >= time)
}
