//! One try of the worker to deliver an event.

use std::time::Duration;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::json;
use shared::timestamp::Timestamp;
use worker::delivery::Answer;

use super::body::Body;
use super::details::pairs;
use super::record::integer;
use crate::queue::sqlite::Settlement;

/// How many bytes of an answer's headers are kept.
const MAX_HEADERS: usize = 8_192;

/// A try, and how it ended.
#[derive(Debug)]
pub(crate) struct Attempt {
    message: i64,
    event_id: String,
    took: Duration,
    outcome: &'static str,
    cause: Option<&'static str>,
    error: Option<String>,
    again: Option<Duration>,
    answer: Option<Answer>,
}

/// A try as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptLine {
    event_id: String,
    at: i64,
    ms: f64,
    outcome: String,
    cause: Option<String>,
    error: Option<String>,
    again_ms: Option<i64>,
    /// What the receiver answered, if it did and that is still kept.
    pub(crate) answer: Option<AnswerLine>,
}

/// An answer as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerLine {
    status: u16,
    /// Names and values.
    pub(crate) headers: Vec<(String, String)>,
    body: Body,
}

impl Attempt {
    /// A try with the message of that number that ended in this way: `delivered`, `failed`, `dead` or `interrupted`.
    pub(crate) fn new(
        message: i64,
        event_id: String,
        took: Duration,
        outcome: &'static str,
        settlement: &Settlement,
        answer: Option<Answer>,
    ) -> Self {
        let (failure, again) = match settlement {
            Settlement::Again(again, failure) => (Some(failure), Some(*again)),
            Settlement::Dead(failure) => (Some(failure), None),
            Settlement::Done | Settlement::Untouched => (None, None),
        };
        let (cause, error) = (failure.map(|failure| failure.cause), failure.map(|failure| failure.error.clone()));
        Self { message, event_id, took, outcome, cause, error, again, answer }
    }

    /// How many bytes it takes while it waits to be written.
    pub(super) fn size(&self) -> usize {
        let headers = |answer: &Answer| answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        self.answer.as_ref().map_or(0, |answer| answer.body.len() + headers(answer))
    }

    /// Writes it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { message, event_id, took, outcome, cause, error, again, answer } = self;
        let again = again.map(|again| integer(again.as_millis()));
        connection
            .prepare(
                "INSERT INTO attempt (event_id, ended_at, micros, outcome, cause, error, again_ms, message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![event_id, Timestamp::now().millis(), integer(took.as_micros()), outcome, cause, error, again, message])?;
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

/// The tries with the messages of a delivery, oldest first.
///
/// # Errors
/// The file cannot be read.
pub(super) fn of(connection: &Connection, delivery: i64) -> rusqlite::Result<Vec<AttemptLine>> {
    let sql = "SELECT event_id, ended_at, micros, outcome, cause, error, again_ms, status, headers, body
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
            answer: row.get::<_, Option<u16>>(7)?.map(|status| answer(row, status)).transpose()?,
        })
    };
    connection.prepare(sql)?.query_map([delivery], line)?.collect()
}

fn answer(row: &rusqlite::Row<'_>, status: u16) -> rusqlite::Result<AnswerLine> {
    Ok(AnswerLine { status, headers: pairs(&row.get::<_, String>(8)?), body: Body::begun(row.get(9)?) })
}

/// The deliveries whose messages were tried after the attempt of that number, and that attempt's number.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn since(connection: &Connection, number: i64) -> rusqlite::Result<Vec<(i64, Option<i64>)>> {
    let sql =
        "SELECT number, delivery FROM attempt LEFT JOIN delivery_message USING (message) WHERE number > ?1 ORDER BY number LIMIT 1000";
    connection.prepare(sql)?.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
