//! A webhook request, and its outcome.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use shared::event::Kind;
use shared::ingest::Delivery;
use shared::problem::Rejection;
use shared::received::Received;

use super::row::Row;

/// The longest body that is kept: whatever fits into a message. Events of up to twice this size in total are kept.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// A webhook request, and its outcome.
#[derive(Debug)]
pub(crate) struct Record {
    /// The request.
    pub(crate) request: Received,
    /// The length of its body, which may have been dropped.
    pub(crate) bytes: usize,
    /// When it was received, in milliseconds since 1970.
    pub(crate) received_at: i64,
    /// How long the response took.
    pub(crate) took: Duration,
    /// The provider of its path, and the channel in the path.
    pub(crate) sender: Option<(&'static str, Option<String>)>,
    /// Its outcome.
    pub(crate) delivery: Delivery,
    /// The events that were sent to a queue, even if no queue acknowledged them.
    pub(crate) events: Vec<String>,
    /// The numbers of their messages in the embedded queue.
    pub(crate) messages: Vec<i64>,
    /// The delivery that it replays.
    pub(crate) replay_of: Option<i64>,
}

impl Record {
    /// Drops a body and events that are too large to keep.
    pub(super) fn trim(&mut self) {
        if self.request.body.len() > MAX_BYTES {
            self.request.body = Vec::new();
        }
        if self.events.iter().map(String::len).sum::<usize>() > 2 * MAX_BYTES {
            self.events = Vec::new();
        }
    }

    /// Returns the least number of bytes that the record uses in memory until it is written.
    pub(super) fn size(&self) -> usize {
        let headers: usize = self.request.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.request.body.len() + self.events.iter().map(String::len).sum::<usize>() + headers
    }

    /// Inserts the delivery. Returns its number and its size in bytes.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<(i64, i64)> {
        let Self { request, delivery, .. } = self;
        let (details, answer) = (&delivery.details, &delivery.answer);
        let (provider, channel) = self.sender.as_ref().map_or((None, None), |(provider, channel)| (Some(*provider), channel.as_deref()));
        let row = Row {
            received_at: self.received_at,
            took: Some(self.took),
            provider,
            kind: details.kind.map(Kind::as_str),
            channel,
            verdict: self.verdict(),
            key_position: details.key_position,
            reason: delivery.rejection.as_ref().map(Rejection::reason),
            status: Some(answer.status),
            bytes: self.bytes,
            event_ids: &details.event_ids,
            queue: details.receipt.map(|receipt| receipt.queue.as_str()),
            replay_of: self.replay_of,
            message_id: None,
            method: &request.method,
            path: &request.path,
            query: &request.query,
            headers: &request.headers,
            answer: json!({"headers": answer.headers, "body": answer.body}),
            events: Some(self.events.as_slice()).filter(|events| !events.is_empty() || details.event_ids.is_empty()),
            body: Some(request.body.as_slice()).filter(|body| body.len() == self.bytes),
            messages: &self.messages,
        };
        row.insert(connection)
    }

    /// Returns the verdict. The kind is known only if the proof is valid, or if none is needed.
    fn verdict(&self) -> &'static str {
        let Delivery { rejection, details, .. } = &self.delivery;
        match (rejection, details.kind, details.key_position) {
            (_, Some(_), Some(_)) => "verified",
            (_, Some(_), None) => "unproven",
            (Some(Rejection::Refused(..)), ..) => "refused",
            _ => "unchecked",
        }
    }
}
