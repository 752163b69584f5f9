//! The outcome of a delivery attempt, and its line in the terminal, which begins with `==>`.
//!
//! A line never contains content of the event, the receiver's URL or a secret.

use std::time::Duration;

use worker::handle::Error;

use super::retry::MAX_RECEIVES;
use crate::queue::sqlite::{Failure, InFlight, Settlement};
use crate::terminal::output::{BAD, BOLD, GOOD};
use crate::terminal::{counted, rounded};

/// The outcome of a delivery attempt.
pub(crate) enum Outcome {
    /// The event was delivered.
    Delivered,
    /// The attempt failed. The next attempt follows after this time.
    Failed(Error, Duration),
    /// The attempt failed, and the event is given up.
    Dead(Error),
    /// The process stopped before the attempt ended.
    Interrupted,
}

impl Outcome {
    /// Returns the outcome's name in the inspector.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed(..) => "failed",
            Self::Dead(_) => "dead",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns how to settle the message.
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

/// Returns the line for a delivery attempt.
pub(super) fn line(message: &InFlight, took: Duration, outcome: &Outcome) -> String {
    let InFlight { receipt, event_id, provider, kind, .. } = message;
    let ended = match outcome {
        Outcome::Delivered => format!("{GOOD}delivered{GOOD:#} in {} ms", took.as_millis()),
        Outcome::Failed(error, wait) => {
            format!("{BAD}failed{BAD:#} ({error}), retry in {} (attempt {} of {MAX_RECEIVES})", rounded(*wait), receipt.count + 1)
        }
        Outcome::Dead(error) => {
            format!(
                "{BAD}dead-lettered{BAD:#} after {} ({error}); see `chathooks queue`",
                counted(receipt.count.min(MAX_RECEIVES), "attempt")
            )
        }
        Outcome::Interrupted => "interrupted; it is redelivered after a restart".to_owned(),
    };
    format!("==> {BOLD}{provider}{BOLD:#} {kind} {event_id} {ended}")
}
