//! How an attempt to deliver an event ended, and the line in the terminal: `==>`.
//!
//! The line never contains content of the event, the receiver's URL or a secret.

use std::time::Duration;

use worker::handle::Error;

use super::retry::MAX_RECEIVES;
use crate::queue::sqlite::{Failure, InFlight, Settlement};
use crate::terminal::output::{BAD, BOLD, GOOD};

/// How an attempt ended.
pub(crate) enum Outcome {
    /// The receiver answered 2xx.
    Delivered,
    /// It failed, and is retried after this pause.
    Failed(Error, Duration),
    /// It failed, and is not retried.
    Dead(Error),
    /// The program ended first.
    Interrupted,
}

impl Outcome {
    /// Returns the inspector's word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed(..) => "failed",
            Self::Dead(_) => "dead",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns what becomes of the message.
    pub(crate) fn settlement(&self) -> Settlement {
        match self {
            Self::Delivered => Settlement::Done,
            Self::Failed(error, pause) => Settlement::Again(*pause, failure(error)),
            Self::Dead(error) => Settlement::Dead(failure(error)),
            Self::Interrupted => Settlement::Untouched,
        }
    }
}

fn failure(error: &Error) -> Failure {
    Failure { cause: error.reason().as_str(), error: error.to_string(), status: error.refused_status() }
}

/// Returns the line of an attempt of the local worker.
pub(super) fn line(message: &InFlight, took: Duration, outcome: &Outcome) -> String {
    let InFlight { receipt, event_id, provider, kind, .. } = message;
    let ended = match outcome {
        Outcome::Delivered => format!("{GOOD}delivered{GOOD:#} in {} ms", took.as_millis()),
        Outcome::Failed(error, pause) => {
            format!("{BAD}failed{BAD:#} ({error}), again in {} ({} of {MAX_RECEIVES})", spoken(*pause), receipt.count + 1)
        }
        Outcome::Dead(error) => {
            format!("{BAD}dead-lettered{BAD:#} after {} ({error}); see `chathooks queue`", attempts(receipt.count.min(MAX_RECEIVES)))
        }
        Outcome::Interrupted => "interrupted; it is delivered at the next start".to_owned(),
    };
    format!("==> {BOLD}{provider}{BOLD:#} {kind} {event_id} {ended}")
}

fn attempts(count: u32) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

fn spoken(pause: Duration) -> String {
    let millis = pause.as_secs_f64() * 1_000.0;
    if millis < 1_000.0 { format!("{millis:.0} ms") } else { format!("{:.0} s", millis / 1_000.0) }
}
