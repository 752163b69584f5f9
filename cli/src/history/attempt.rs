//! One attempt to deliver an event to the receiver.

use std::time::Duration;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::json;
use shared::timestamp::Timestamp;
use worker::delivery::Answer;

use super::body::Body;
use super::details::pairs;
use super::row::integer;
use crate::queue::sqlite::Settlement;

/// The maximum number of bytes of a response's headers that are kept.
const MAX_HEADERS: usize = 8_192;

/// An attempt, and how it ended.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Whether the user resent the event in the inspector.
    pub(crate) is_manual: bool,
    message: i64,
    event_id: String,
    took: Duration,
    outcome: &'static str,
    cause: Option<&'static str>,
    error: Option<String>,
    pause: Option<Duration>,
    answer: Option<Answer>,
}

/// An attempt as the inspector shows it.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptLine {
    event_id: String,
    at: i64,
    ms: f64,
    outcome: String,
    cause: Option<String>,
    error: Option<String>,
    again_ms: Option<i64>,
    is_manual: bool,
    /// The receiver's response, if there was one and it is still kept.
    pub(crate) answer: Option<AnswerLine>,
}

/// A response as the inspector shows it.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerLine {
    status: u16,
    /// Names and values.
    pub(crate) headers: Vec<(String, String)>,
    body: Body,
}

impl Attempt {
    /// Returns an attempt to deliver the message with that number. The outcome is `delivered`, `failed`, `dead` or `interrupted`.
    pub(crate) fn new(
        message: i64,
        event_id: String,
        took: Duration,
        outcome: &'static str,
        settlement: &Settlement,
        answer: Option<Answer>,
    ) -> Self {
        let (failure, pause) = match settlement {
            Settlement::Again(pause, failure) => (Some(failure), Some(*pause)),
            Settlement::Dead(failure) => (Some(failure), None),
            Settlement::Done | Settlement::Untouched => (None, None),
        };
        let (cause, error) = (failure.map(|failure| failure.cause), failure.map(|failure| failure.error.clone()));
        Self { is_manual: false, message, event_id, took, outcome, cause, error, pause, answer }
    }

    /// Returns about the number of bytes that the attempt uses in memory until it is written.
    pub(super) fn size(&self) -> usize {
        let headers = |answer: &Answer| answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        self.answer.as_ref().map_or(0, |answer| answer.body.len() + headers(answer))
    }

    /// Inserts the attempt.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { is_manual, message, event_id, took, outcome, cause, error, pause, answer } = self;
        let now = Timestamp::now().millis();
        let pause = pause.map(|pause| integer(pause.as_millis()));
        connection
            .prepare(
                "INSERT INTO attempt (event_id, ended_at, micros, outcome, cause, error, again_ms, message, is_manual)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![event_id, now, integer(took.as_micros()), outcome, cause, error, pause, message, is_manual])?;
        let Some(Answer { status, headers, body }) = answer else { return Ok(()) };
        let mut left = MAX_HEADERS;
        let headers = headers.iter().take_while(|(name, value)| {
            let size = name.len() + value.len();
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        });
        connection
            .prepare("INSERT INTO attempt_answer (attempt, status, headers, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![connection.last_insert_rowid(), status, json!(headers.collect::<Vec<_>>()).to_string(), body])
            .map(drop)
    }
}

/// Returns the attempts to deliver the messages of a delivery, oldest first.
///
/// # Errors
/// The file cannot be read.
pub(super) fn of(connection: &Connection, delivery: i64) -> rusqlite::Result<Vec<AttemptLine>> {
    let sql = "SELECT event_id, ended_at, micros, outcome, cause, error, again_ms, is_manual, status, headers, body
               FROM attempt LEFT JOIN attempt_answer ON attempt = number
               WHERE message IN (SELECT message FROM delivery_message WHERE delivery = ?1) ORDER BY number";
    let line = |row: &rusqlite::Row<'_>| {
        Ok(AttemptLine {
            event_id: row.get(0)?,
            at: row.get(1)?,
            ms: row.get::<_, i64>(2)? as f64 / 1_000.0,
            outcome: row.get(3)?,
            cause: row.get(4)?,
            error: row.get(5)?,
            again_ms: row.get(6)?,
            is_manual: row.get(7)?,
            answer: row.get::<_, Option<u16>>(8)?.map(|status| answer(row, status)).transpose()?,
        })
    };
    connection.prepare(sql)?.query_map([delivery], line)?.collect()
}

fn answer(row: &rusqlite::Row<'_>, status: u16) -> rusqlite::Result<AnswerLine> {
    Ok(AnswerLine { status, headers: pairs(&row.get::<_, String>(9)?), body: Body::beginning(row.get(10)?) })
}
