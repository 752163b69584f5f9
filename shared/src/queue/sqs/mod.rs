//! SQS as a sink, and the calls that the worker makes.

mod body;
mod call;
mod client;
mod forward;
mod region;
mod visibility;

use lambda_http::http::Uri;

use super::hedge::Hedged;
use super::sink::{Failure, Outcome, Sink};
use super::{MAX_BYTES, Message};
use crate::connection::Connection;
use crate::settings::{AWS_ENDPOINT_URL_SQS, AWS_REGION, FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL, SettingError, Settings};

pub use call::is_acknowledged;
pub use forward::{Attribute, Forwarded, MAX_ATTRIBUTES};
pub use region::region_of;
pub use visibility::{Hiding, MAX_HIDINGS};

/// The queues of one function, all of them in SQS.
pub type Sqs = Hedged<SqsQueue>;

/// One queue.
pub struct SqsQueue {
    url: String,
    endpoint: String,
    is_fifo: bool,
    client: aws_sdk_sqs::Client,
}

/// Where a queue is.
#[derive(PartialEq, Eq)]
struct Place {
    region: String,
    endpoint: String,
}

impl Sqs {
    /// Reads the queues from the settings, and opens a connection to each so that the first delivery
    /// finds one. A queue that does not answer now is not an error: it may answer then.
    ///
    /// # Errors
    /// A setting is missing or wrong.
    pub async fn connect(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let main = settings.required(QUEUE_URL, "the URL of the SQS queue that events go to")?;
        let queue = |setting: &str, url: String| SqsQueue::new(setting, url, connection, settings);
        let optional = |setting: &str| settings.optional(setting).map(|url| queue(setting, url)).transpose();
        let sqs =
            Self { main: queue(QUEUE_URL, main)?, fallback: optional(FALLBACK_QUEUE_URL)?, quarantine: optional(QUARANTINE_QUEUE_URL)? };
        let endpoints = [Some(&sqs.main), sqs.fallback.as_ref()].into_iter().flatten().map(|queue| queue.endpoint.as_str());
        connection.warm(endpoints).await;
        Ok(sqs)
    }
}

impl SqsQueue {
    /// Returns the queue whose URL is in a setting; none if it is not set. Nothing is connected yet.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn of_setting(setting: &str, connection: &Connection, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        settings.optional(setting).map(|url| Self::new(setting, url, connection, settings)).transpose()
    }

    /// Returns the queues whose URLs are in a setting, separated by commas; none if it is not set. Nothing is connected yet.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn all_of_setting(setting: &str, connection: &Connection, settings: &Settings<'_>) -> Result<Vec<Self>, SettingError> {
        let urls = settings.optional(setting).unwrap_or_default();
        // A client takes a millisecond or more to make, so queues in one place share one.
        let mut clients: Vec<(Place, aws_sdk_sqs::Client)> = Vec::new();
        let urls = urls.split(',').map(str::trim).filter(|_| !urls.is_empty());
        let queue = |url: &str| {
            let place = Place::of(setting, url, settings)?;
            let shared = clients.iter().find(|(other, _)| *other == place).map(|(_, client)| client.clone());
            let client = shared.unwrap_or_else(|| place.client(connection));
            let queue = Self::at(&place, url.to_owned(), client.clone());
            clients.push((place, client));
            Ok(queue)
        };
        urls.map(queue).collect()
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

    /// Returns the queue of a URL, which is the value of `setting`.
    fn new(setting: &str, url: String, connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let place = Place::of(setting, &url, settings)?;
        Ok(Self::at(&place, url, place.client(connection)))
    }

    /// Returns the queue of a URL.
    fn at(place: &Place, url: String, client: aws_sdk_sqs::Client) -> Self {
        Self { is_fifo: url.ends_with(".fifo"), url, endpoint: place.endpoint.clone(), client }
    }

    /// Returns the message's group: its conversation, for the order, or its source, for fairness.
    fn group_of<'m>(&self, message: &'m Message) -> &'m str {
        if self.is_fifo { &message.group } else { &message.tenant }
    }
}

impl Place {
    /// Returns the place of a queue by its URL, which is the value of `setting`.
    fn of(setting: &str, url: &str, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let shape = || SettingError::new(setting, "must be an SQS queue URL, like https://sqs.eu-west-1.amazonaws.com/123456789012/events");
        let uri: Uri = url.parse().map_err(|_| shape())?;
        let (Some(scheme @ ("https" | "http")), Some(authority), true) = (uri.scheme_str(), uri.authority(), uri.path().len() > 1) else {
            return Err(shape());
        };
        let region = region_of(authority.host()).or_else(|| settings.optional(AWS_REGION)).ok_or_else(|| {
            SettingError::new(AWS_REGION, format!("is not set, and {setting} names no region; it must be the queue's region"))
        })?;
        let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SQS)?.unwrap_or_else(|| format!("{scheme}://{authority}"));
        Ok(Self { region, endpoint })
    }

    fn client(&self, connection: &Connection) -> aws_sdk_sqs::Client {
        client::new(connection, self.region.clone(), &self.endpoint)
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
