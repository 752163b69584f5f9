//! A delivery as a row of the table.

use std::time::Duration;

use rusqlite::{Connection, named_params, params};
use serde_json::{Value, json};

use super::summary::Summary;

/// The columns of a delivery. In the default, nothing is known about it.
#[derive(Debug, Default)]
pub(super) struct Row<'r> {
    pub(super) received_at: i64,
    pub(super) took: Option<Duration>,
    pub(super) provider: Option<&'r str>,
    pub(super) kind: Option<&'r str>,
    pub(super) channel: Option<&'r str>,
    pub(super) verdict: &'static str,
    pub(super) key_position: Option<usize>,
    pub(super) reason: Option<&'r str>,
    pub(super) status: Option<u16>,
    /// The length of the whole body.
    pub(super) bytes: usize,
    pub(super) event_ids: &'r [String],
    pub(super) queue: Option<&'r str>,
    pub(super) replay_of: Option<i64>,
    pub(super) message_id: Option<&'r str>,
    pub(super) method: &'r str,
    pub(super) path: &'r str,
    pub(super) query: &'r str,
    pub(super) headers: &'r [(String, String)],
    pub(super) answer: Value,
    /// `None` if they are too large to keep.
    pub(super) events: Option<&'r [String]>,
    /// `None` if it is too large to keep.
    pub(super) body: Option<&'r [u8]>,
    /// The numbers of the messages.
    pub(super) messages: &'r [i64],
}

impl Row<'_> {
    /// Inserts the delivery. Returns its number and its size in bytes.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<(i64, i64)> {
        let events = self.events.map(|events| json!(events).to_string());
        let Summary { preview, conversation, parts } = Summary::of(self.events.unwrap_or_default());
        let (conversation, subject) = conversation.unzip();
        let headers = Value::from_iter(self.headers.iter().map(|(name, value)| json!([name, value]))).to_string();
        let (answer, event_ids) = (self.answer.to_string(), json!(self.event_ids).to_string());
        let size = self.body.map_or(0, <[u8]>::len) + events.as_ref().map_or(0, String::len) + headers.len() + answer.len();
        let size = integer(size);
        connection
            .prepare(
                "INSERT INTO delivery (received_at, micros, provider, kind, channel, verdict, key_position, reason, status, bytes, events,
                     event_id, queue, replay_of, preview, conversation, subject, message_id, size, method, path, query, event_ids,
                     headers, answer, cloud_events, body)
                 VALUES (:received_at, :micros, :provider, :kind, :channel, :verdict, :key_position, :reason, :status, :bytes, :events,
                     :event_id, :queue, :replay_of, :preview, :conversation, :subject, :message_id, :size, :method, :path, :query, :event_ids,
                     :headers, :answer, :cloud_events, :body)",
            )?
            .execute(named_params! {
                ":received_at": self.received_at,
                ":micros": self.took.map(|took| integer(took.as_micros())),
                ":provider": self.provider,
                ":kind": self.kind,
                ":channel": self.channel,
                ":verdict": self.verdict,
                ":key_position": self.key_position.map(integer),
                ":reason": self.reason,
                ":status": self.status,
                ":bytes": integer(self.bytes),
                ":events": integer(self.event_ids.len()),
                ":event_id": self.event_ids.first(),
                ":queue": self.queue,
                ":replay_of": self.replay_of,
                ":preview": preview,
                ":conversation": conversation,
                ":subject": subject,
                ":message_id": self.message_id,
                ":size": size,
                ":method": self.method,
                ":path": self.path,
                ":query": self.query,
                ":event_ids": event_ids,
                ":headers": headers,
                ":answer": answer,
                ":cloud_events": events,
                ":body": self.body,
            })?;
        let number = connection.last_insert_rowid();
        let mut insertion = connection.prepare("INSERT OR REPLACE INTO delivery_message (message, delivery) VALUES (?1, ?2)")?;
        self.messages.iter().try_for_each(|message| insertion.execute([*message, number]).map(drop))?;
        let sql = "INSERT INTO conversation_event (delivery, place, subject, event) VALUES (?1, ?2, ?3, ?4)";
        let mut insertion = connection.prepare(sql)?;
        parts.iter().try_for_each(|(place, subject, event)| insertion.execute(params![number, place, subject, event]).map(drop))?;
        Ok((number, size))
    }
}

/// Converts a number to SQLite's type. A number that is too large becomes the maximum.
pub(super) fn integer(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
