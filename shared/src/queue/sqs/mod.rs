//! SQS as a sink, and the SQS calls of the worker.

mod body;
mod call;
mod clients;
mod forward;
mod location;
mod operation;
mod region;
mod visibility;

use std::sync::Arc;

use futures_util::future::{join, join_all};
use tokio::task::JoinHandle;

use self::location::Location;
use super::hedge::Hedged;
use super::sink::{Failure, Outcome, Sink};
use super::{MAX_BYTES, Message};
use crate::connection::{Client, Connection};
use crate::settings::{FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL, SettingError, Settings};

pub use call::is_acknowledged;
pub use clients::Clients;
pub use forward::{Attribute, Forwarded, MAX_ATTRIBUTES};
pub use region::region_of;
pub use visibility::{Hiding, MAX_HIDINGS};

/// The queues of one function, all in SQS.
pub type Sqs = Hedged<SqsQueue>;

/// One SQS queue.
pub struct SqsQueue {
    url: String,
    is_fifo: bool,
    client: Arc<Client>,
}

impl Sqs {
    /// Reads the queues from the settings. Does not connect yet.
    ///
    /// # Errors
    /// A setting is missing or invalid.
    pub fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let main = Location::of(QUEUE_URL, settings.required(QUEUE_URL, "the URL of the SQS queue for events")?, settings)?;
        let fallback = Location::of_setting(FALLBACK_QUEUE_URL, settings)?;
        let quarantine = Location::of_setting(QUARANTINE_QUEUE_URL, settings)?;
        let mut clients = Clients::new(connection);
        let mut queue = |location: Location| clients.queue(location);
        Ok(Self { main: queue(main), fallback: fallback.map(&mut queue), quarantine: quarantine.map(queue) })
    }

    /// Opens connections for the first delivery, in a separate task. A queue that does not respond now is not an error,
    /// because it may respond later.
    #[must_use]
    pub fn warm(&self) -> JoinHandle<()> {
        let clients = [Some(&self.main), self.fallback.as_ref()].into_iter().flatten().map(|queue| Arc::clone(&queue.client));
        let clients: Vec<Arc<Client>> = clients.collect();
        tokio::spawn(async move {
            let connected = join_all(clients.iter().map(|client| client.warm()));
            join(connected, async { call::warm() }).await;
        })
    }
}

impl SqsQueue {
    /// Returns the queue whose URL is in this setting, without connecting to it. `None` if the setting is not set.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn of_setting(setting: &str, clients: &mut Clients, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        Ok(Location::of_setting(setting, settings)?.map(|location| clients.queue(location)))
    }

    /// Returns the queues whose URLs are in this setting, separated by commas, without connecting to them. Empty if the
    /// setting is not set.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn all_of_setting(setting: &str, clients: &mut Clients, settings: &Settings<'_>) -> Result<Vec<Self>, SettingError> {
        let urls = settings.optional(setting).unwrap_or_default();
        let urls = urls.split(',').map(str::trim).filter(|_| !urls.is_empty());
        urls.map(|url| Ok(clients.queue(Location::of(setting, url.to_owned(), settings)?))).collect()
    }

    /// Returns the queue URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the queue name: the last part of its URL and of its ARN.
    #[must_use]
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the message group: on a FIFO queue the conversation, for order, and on a standard queue the source, for
    /// fairness.
    fn group_of<'m>(&self, message: &'m Message) -> &'m str {
        if self.is_fifo { &message.group } else { &message.tenant }
    }
}

impl Sink for SqsQueue {
    const MAX_BATCH: usize = 10;
    const MAX_BATCH_BYTES: usize = MAX_BYTES;

    fn is_ordered(&self) -> bool {
        self.is_fifo
    }

    async fn send(&self, batch: &[&Message]) -> Result<Vec<Outcome>, Failure> {
        call::send(self, batch).await
    }
}

#[cfg(test)]
mod tests;
