//! The log line of a record.

use std::time::Duration;

use serde::Serialize;
use shared::log::{Invocation, Level, Log, millis};
use shared::metrics::{Attempt as Counted, Attempted};
use shared::timestamp::Timestamp;

use crate::attempt::{Attempt, Outcome};
use crate::handle::{Error, Event, Reason};
use crate::visibility::seconds;

/// Whether a record's visibility timeout was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// The record is hidden for its pause.
    Yes,
    /// The change failed with this code, so the queue's visibility timeout applies.
    No(String),
    /// No change was attempted: `QUEUE_URL` is not set, or the record is done.
    NotTried,
}

/// The fields of a record's log line.
#[derive(Default, Serialize)]
struct Fields<'l> {
    message_id: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receive_count: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_seconds: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_error: Option<&'l str>,
    duration_ms: f64,
}

/// Writes the log line of an attempt.
pub(crate) fn write(log: &Log, invocation: Invocation<'_>, attempt: &Attempt<'_>, hidden: &Hidden) {
    let Attempt { record, event, outcome, duration } = attempt;
    let (level, message, error, outcome, retry_in) = match outcome {
        Outcome::Handled => (Level::Info, "handled", None, Some(Attempted::Delivered), None),
        Outcome::DeadLettered(error) => (Level::Warn, error.reason().as_str(), Some(error), Some(Attempted::Failed), None),
        Outcome::Failed(error, pause) if error.reason() == Reason::Blocked => (Level::Warn, "not tried", Some(error), None, Some(*pause)),
        Outcome::Failed(error, pause) => (Level::Warn, "failed", Some(error), Some(Attempted::Failed), Some(*pause)),
    };
    let retry_in_seconds = retry_in.filter(|_| *hidden == Hidden::Yes).map(seconds);
    let visibility_error = match hidden {
        Hidden::No(code) => Some(code.as_str()),
        Hidden::Yes | Hidden::NotTried => None,
    };
    let fields = Fields {
        message_id: &record.message_id,
        event_id: event.as_ref().map(|event| event.id.as_str()),
        provider: event.as_ref().and_then(Event::provider),
        kind: event.as_ref().map(|event| event.kind().as_str()),
        reason: error.map(|error| error.reason().as_str()),
        error: error.map(ToString::to_string),
        status: error.and_then(Error::refused_status),
        queue: matches!(attempt.outcome, Outcome::DeadLettered(_)).then_some("dead_letter"),
        receive_count: record.attributes.approximate_receive_count.is_some().then(|| record.receive_count().to_string()),
        retry_in_seconds,
        next_attempt: retry_in_seconds.and_then(next_attempt),
        visibility_error,
        duration_ms: millis(*duration),
    };
    let invocation = Invocation { trace: record.trace().or(invocation.trace), ..invocation };
    log.attempt(level, message, invocation, fields, Counted { outcome, visibility_failed: visibility_error.is_some() });
}

fn next_attempt(seconds: i32) -> Option<String> {
    let pause = Duration::from_secs(seconds.unsigned_abs().into());
    let millis = Timestamp::now().millis().checked_add(i64::try_from(pause.as_millis()).ok()?)?;
    Timestamp::from_millis(millis).map(|moment| moment.to_string())
}
