//! A delivery as it is remembered: what came, what was made of it, what was answered.

use std::time::Duration;

use rusqlite::{Connection, named_params, params};
use serde_json::{Value, json};
use shared::event::Kind;
use shared::ingest::Delivery;
use shared::problem::Rejection;
use shared::received::Received;

use super::summary::Summary;

/// The longest body that is kept, and half as much as the events of one request may have: whatever fits into a message.
const MAX_BYTES: usize = 1024 * 1024;

/// A delivery.
#[derive(Debug)]
pub(crate) struct Record {
    /// What came.
    pub(crate) request: Received,
    /// How long its body was; it may have been dropped.
    pub(crate) bytes: usize,
    /// When, in milliseconds since 1970.
    pub(crate) received_at: i64,
    /// How long the answer took.
    pub(crate) took: Duration,
    /// The provider of its path, and the channel in it.
    pub(crate) sender: Option<(&'static str, Option<String>)>,
    /// What became of it.
    pub(crate) delivery: Delivery,
    /// The events that were put into a queue, or would have been.
    pub(crate) events: Vec<String>,
    /// The numbers of their messages in the local queue.
    pub(crate) messages: Vec<i64>,
    /// The delivery that it repeats.
    pub(crate) replay_of: Option<i64>,
}

impl Record {
    /// Drops what is too large to be kept.
    pub(super) fn trim(&mut self) {
        if self.request.body.len() > MAX_BYTES {
            self.request.body = Vec::new();
        }
        if self.events.iter().map(String::len).sum::<usize>() > 2 * MAX_BYTES {
            self.events = Vec::new();
        }
    }

    /// How many bytes it takes while it waits to be written, or more.
    pub(super) fn size(&self) -> usize {
        let headers: usize = self.request.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.request.body.len() + self.events.iter().map(String::len).sum::<usize>() + headers
    }

    /// Writes it; gives its number, and the bytes of its size.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<(i64, i64)> {
        let verdict = self.verdict();
        let Self { request, bytes, received_at, took, sender, delivery, events, messages, replay_of } = self;
        let (details, answer) = (&delivery.details, &delivery.answer);
        let (provider, channel) = sender.as_ref().map_or((None, None), |(provider, channel)| (Some(*provider), channel.as_ref()));
        let body = Some(&request.body).filter(|body| body.len() == *bytes);
        let events_json = Some(json!(events).to_string()).filter(|_| !events.is_empty() || details.event_ids.is_empty());
        let Summary { preview, conversation, parts } = Summary::of(events);
        let (conversation, subject) = conversation.unzip();
        let headers = Value::from_iter(request.headers.iter().map(|(name, value)| json!([name, value]))).to_string();
        let answer_json = json!({"headers": answer.headers, "body": answer.body}).to_string();
        let event_ids = json!(details.event_ids).to_string();
        let size = body.map_or(0, Vec::len) + events_json.as_ref().map_or(0, String::len) + headers.len() + answer_json.len();
        let size = integer(size);
        connection
            .prepare(
                "INSERT INTO delivery (received_at, micros, provider, kind, channel, verdict, key_position, reason, status, bytes, events,
                     event_id, queue, replay_of, preview, conversation, subject, size, method, path, query, event_ids, headers, answer, cloud_events, body)
                 VALUES (:received_at, :micros, :provider, :kind, :channel, :verdict, :key_position, :reason, :status, :bytes, :events,
                     :event_id, :queue, :replay_of, :preview, :conversation, :subject, :size, :method, :path, :query, :event_ids, :headers, :answer, :cloud_events, :body)",
            )?
            .execute(named_params! {
                ":received_at": received_at,
                ":micros": integer(took.as_micros()),
                ":provider": provider,
                ":kind": details.kind.map(Kind::as_str),
                ":channel": channel,
                ":verdict": verdict,
                ":key_position": details.key_position.map(integer),
                ":reason": delivery.rejection.as_ref().map(Rejection::reason),
                ":status": answer.status,
                ":bytes": integer(*bytes),
                ":events": integer(details.event_ids.len()),
                ":event_id": details.event_ids.first(),
                ":queue": details.receipt.map(|receipt| receipt.queue.as_str()),
                ":replay_of": replay_of,
                ":preview": preview,
                ":conversation": conversation,
                ":subject": subject,
                ":size": size,
                ":method": request.method,
                ":path": request.path,
                ":query": request.query,
                ":event_ids": event_ids,
                ":headers": headers,
                ":answer": answer_json,
                ":cloud_events": events_json,
                ":body": body,
            })?;
        let number = connection.last_insert_rowid();
        let mut insertion = connection.prepare("INSERT OR REPLACE INTO delivery_message (message, delivery) VALUES (?1, ?2)")?;
        messages.iter().try_for_each(|message| insertion.execute([*message, number]).map(drop))?;
        let sql = "INSERT INTO conversation_event (delivery, place, subject, event) VALUES (?1, ?2, ?3, ?4)";
        let mut insertion = connection.prepare(sql)?;
        parts.iter().try_for_each(|(place, subject, event)| insertion.execute(params![number, place, subject, event]).map(drop))?;
        Ok((number, size))
    }

    /// A kind is known only of what proved itself.
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

/// A number as SQLite has it.
pub(super) fn integer(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
