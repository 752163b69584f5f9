//! What the terminal shows of a delivery by the worker: `==>`.
//!
//! Never in a line: content of the event, the receiver's URL, a secret.

use std::time::Duration;

use worker::handle::Error;

use super::retry::MAX_RECEIVES;
use crate::queue::sqlite::{Failure, InFlight, Settlement};
use crate::terminal::output::{BAD, BOLD, GOOD};

/// How a delivery ended.
pub(super) enum Outcome {
    /// It is there.
    Delivered,
    /// It failed and is tried again after that time.
    Failed(Error, Duration),
    /// It failed and is given up.
    Dead(Error),
    /// The process ends before the delivery.
    Interrupted,
}

impl Outcome {
    /// What the inspector calls it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed(..) => "failed",
            Self::Dead(_) => "dead",
            Self::Interrupted => "interrupted",
        }
    }

    /// What becomes of the message.
    pub(super) fn settlement(&self) -> Settlement {
        match self {
            Self::Delivered => Settlement::Done,
            Self::Failed(error, wait) => Settlement::Again(*wait, failure(error)),
            Self::Dead(error) => Settlement::Dead(failure(error)),
            Self::Interrupted => Settlement::Untouched,
        }
    }
}

fn failure(error: &Error) -> Failure {
    Failure { cause: error.reason().as_str(), error: error.to_string(), status: error.refused_status() }
}

/// The line of a delivery.
pub(super) fn line(message: &InFlight, took: Duration, outcome: &Outcome) -> String {
    let InFlight { receipt, event_id, provider, kind, .. } = message;
    let ended = match outcome {
        Outcome::Delivered => format!("{GOOD}delivered{GOOD:#} in {} ms", took.as_millis()),
        Outcome::Failed(error, wait) => {
            format!("{BAD}failed{BAD:#} ({error}), again in {} ({} of {MAX_RECEIVES})", spoken(*wait), receipt.count + 1)
        }
        Outcome::Dead(error) => {
            format!("{BAD}dead-lettered{BAD:#} after {} ({error}); see `chathooks queue`", tries(receipt.count.min(MAX_RECEIVES)))
        }
        Outcome::Interrupted => "interrupted; it is delivered at the next start".to_owned(),
    };
    format!("==> {BOLD}{provider}{BOLD:#} {kind} {event_id} {ended}")
}

fn tries(count: u32) -> String {
    if count == 1 { "1 try".to_owned() } else { format!("{count} tries") }
}

fn spoken(wait: Duration) -> String {
    let seconds = wait.as_secs_f64();
    match wait.as_secs() {
        0 => format!("{:.0} ms", seconds * 1_000.0),
        1..100 => format!("{seconds:.0} s"),
        100..6_000 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3_600.0),
    }
}
