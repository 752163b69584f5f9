//! SQS as a sink, and the calls that the worker makes.

mod body;
mod call;
mod client;
mod forward;
mod location;
mod region;
mod visibility;

use futures_util::future::join;

use self::location::Location;
use super::hedge::Hedged;
use super::sink::{Failure, Outcome, Sink};
use super::{MAX_BYTES, Message};
use crate::connection::Connection;
use crate::settings::{FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL, SettingError, Settings};

pub use call::is_acknowledged;
pub use client::Clients;
pub use forward::{Attribute, Forwarded, MAX_ATTRIBUTES};
pub use region::region_of;
pub use visibility::{Hiding, MAX_HIDINGS};

/// The queues of one function, all of them in SQS.
pub type Sqs = Hedged<SqsQueue>;

/// One queue.
pub struct SqsQueue {
    url: String,
    is_fifo: bool,
    client: aws_sdk_sqs::Client,
}

impl Sqs {
    /// Reads the queues from the settings, and opens a connection to each so that the first delivery
    /// finds one. A queue that does not answer now is not an error: it may answer then.
    ///
    /// # Errors
    /// A setting is missing or wrong.
    pub async fn connect(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let main = Location::of(QUEUE_URL, settings.required(QUEUE_URL, "the URL of the SQS queue that events go to")?, settings)?;
        let fallback = Location::of_setting(FALLBACK_QUEUE_URL, settings)?;
        let quarantine = Location::of_setting(QUARANTINE_QUEUE_URL, settings)?;
        let endpoints: Vec<String> =
            [Some(&main), fallback.as_ref()].into_iter().flatten().map(|queue| queue.place.endpoint.clone()).collect();
        // The clients are made while the servers answer.
        let queues = async {
            let mut clients = Clients::new(connection);
            let mut queue = |location: Location| clients.queue(location);
            Self { main: queue(main), fallback: fallback.map(&mut queue), quarantine: quarantine.map(queue) }
        };
        let ((), queues) = join(connection.warm(endpoints.iter().map(String::as_str)), queues).await;
        Ok(queues)
    }
}

impl SqsQueue {
    /// Returns the queue whose URL is in a setting; none if it is not set. Nothing is connected yet.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn of_setting(setting: &str, clients: &mut Clients, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        Ok(Location::of_setting(setting, settings)?.map(|location| clients.queue(location)))
    }

    /// Returns the queues whose URLs are in a setting, separated by commas; none if it is not set. Nothing is connected yet.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn all_of_setting(setting: &str, clients: &mut Clients, settings: &Settings<'_>) -> Result<Vec<Self>, SettingError> {
        let urls = settings.optional(setting).unwrap_or_default();
        let urls = urls.split(',').map(str::trim).filter(|_| !urls.is_empty());
        urls.map(|url| Ok(clients.queue(Location::of(setting, url.to_owned(), settings)?))).collect()
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns its name: the last part of its URL and of its ARN.
    #[must_use]
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the message's group: its conversation, for the order, or its source, for fairness.
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
