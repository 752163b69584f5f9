//! What the terminal shows of a delivery by the worker: `==>`.
//!
//! Never in a line: content of the event, the receiver's URL, a secret.

use std::time::Duration;

use worker::handle::Error;

use super::retry::MAX_RECEIVES;
use crate::queue::sqlite::InFlight;
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

    /// Why it failed.
    pub(super) fn error(&self) -> Option<String> {
        match self {
            Self::Failed(error, _) | Self::Dead(error) => Some(error.to_string()),
            Self::Delivered | Self::Interrupted => None,
        }
    }

    /// After which time it is tried again.
    pub(super) fn again(&self) -> Option<Duration> {
        match self {
            Self::Failed(_, wait) => Some(*wait),
            _ => None,
        }
    }
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
    match wait.as_millis() {
        millis @ 0..1_000 => format!("{millis} ms"),
        _ => format!("{} s", wait.as_secs()),
    }
}
