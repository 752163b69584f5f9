//! The time limit for all calls to AWS together.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::terminal::rounded;

/// A time limit, and whether it has ended a call.
#[derive(Clone)]
pub(in super::super) struct Limit {
    duration: Duration,
    end: Instant,
    has_ended_a_call: Arc<AtomicBool>,
}

impl Limit {
    /// Returns a limit that is reached after that time.
    pub(in super::super) fn of(duration: Duration) -> Self {
        Self { duration, end: Instant::now() + duration, has_ended_a_call: Arc::default() }
    }

    /// Runs a call. Returns `None` if the limit is reached first.
    pub(super) async fn within<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        let outcome = timeout_at(self.end, call).await.ok();
        self.has_ended_a_call.fetch_or(outcome.is_none(), Ordering::Relaxed);
        outcome
    }

    /// Returns whether the limit has ended a call.
    pub(in super::super) fn has_ended_a_call(&self) -> bool {
        self.has_ended_a_call.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the time limit of {} for all calls to AWS was reached", rounded(self.duration))
    }
}
