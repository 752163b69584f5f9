//! Changes of the visibility timeout, which set when a failed record is retried.
//!
//! A record whose timeout cannot be changed in time is retried when the queue's visibility timeout expires.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use shared::queue::sink::{Failure, Outcome};
use shared::queue::sqs::{Clients, Hiding, MAX_HIDINGS, SqsQueue};
use shared::retry::CALLS;
use shared::settings::{QUEUE_URL, SettingError, Settings};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use crate::sqs_event::Record;

/// The time limit of one call. SQS normally responds in about ten milliseconds; the first call also needs a TLS handshake.
const LONGEST_CALL: Duration = Duration::from_secs(1);
/// The time limit of all calls for a batch, however much time the function has left. Lambda deletes the records that
/// succeeded only after these calls.
const LONGEST_CHANGE: Duration = Duration::from_secs(3);
/// The maximum number of concurrent calls.
const MAX_CALLS: usize = 16;
/// The maximum visibility timeout, in seconds.
const MAX_VISIBILITY: i32 = 43_200;

/// The queues that the records come from.
pub struct Visibility {
    /// The queues; at least one.
    queues: Vec<SqsQueue>,
    mismatch_found: AtomicBool,
}

impl Visibility {
    /// Returns the queues of `QUEUE_URL`, or `None` if it is not set.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn from_settings(clients: &mut Clients, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let queues = SqsQueue::all_of_setting(QUEUE_URL, clients, settings)?;
        Ok((!queues.is_empty()).then_some(Self { queues, mismatch_found: AtomicBool::new(false) }))
    }

    /// Whether this is the URL of one of the queues.
    pub(crate) fn has(&self, url: &str) -> bool {
        self.queues.iter().any(|queue| queue.url() == url)
    }

    /// Returns the queue that a record comes from.
    fn queue_of(&self, record: &Record) -> Option<&SqsQueue> {
        let name = record.event_source_arn.rsplit(':').next().unwrap_or_default();
        self.queues.iter().find(|queue| queue.name() == name)
    }

    /// Whether a record comes from another queue, which makes every change fail. Returns `true` only the first time, so this is
    /// logged once.
    pub(crate) fn finds_first_mismatch(&self, record: &Record) -> bool {
        self.queue_of(record).is_none() && !self.mismatch_found.swap(true, Ordering::Relaxed)
    }

    /// Hides each record for its pause, rounded up to seconds, and returns the outcome of each, by `end` at the latest. The
    /// records are from one batch, and so from one queue. If that is not a known queue, the first one is used.
    pub(crate) async fn hide(&self, records: &[(&Record, Duration)], end: Instant) -> Vec<Outcome> {
        let end = end.min(Instant::now() + LONGEST_CHANGE);
        let mut outcomes: Vec<Outcome> = vec![Err(Failure::new("no_receipt_handle", false)); records.len()];
        let all: Vec<(usize, Hiding<'_>)> =
            records.iter().enumerate().filter_map(|(index, (record, pause))| Some((index, hiding(record, *pause)?))).collect();
        let queue = records.first().and_then(|(record, _)| self.queue_of(record)).unwrap_or(&self.queues[0]);
        let calls = Semaphore::new(MAX_CALLS);
        let batches = all.chunks(MAX_HIDINGS).map(async |batch| {
            // The semaphore is never closed.
            let _permit = calls.acquire().await;
            hide_batch(queue, batch, end).await
        });
        for (index, outcome) in join_all(batches).await.into_iter().flatten() {
            outcomes[index] = outcome;
        }
        outcomes
    }
}

/// Makes calls until each record is hidden or has permanently failed, or until there is no time for another call. Returns
/// the last outcome of each.
async fn hide_batch(queue: &SqsQueue, batch: &[(usize, Hiding<'_>)], end: Instant) -> Vec<(usize, Outcome)> {
    let (mut ended, mut rest) = (Vec::new(), batch.to_vec());
    for failures in 1.. {
        let outcomes = call(queue, &rest, end).await;
        let pause = CALLS.pause(failures);
        let is_last = Instant::now() + pause >= end;
        let mut retriable = Vec::new();
        for ((index, hiding), outcome) in rest.into_iter().zip(outcomes) {
            match outcome {
                Err(failure) if failure.is_retriable && !is_last => retriable.push((index, hiding)),
                outcome => ended.push((index, outcome)),
            }
        }
        rest = retriable;
        if rest.is_empty() {
            break;
        }
        sleep(pause).await;
    }
    ended
}

async fn call(queue: &SqsQueue, batch: &[(usize, Hiding<'_>)], end: Instant) -> Vec<Outcome> {
    let hidings: Vec<Hiding<'_>> = batch.iter().map(|(_, hiding)| *hiding).collect();
    let call = timeout_at(end.min(Instant::now() + LONGEST_CALL), queue.hide(&hidings)).await;
    match call.unwrap_or_else(|_| Err(Failure::new("timeout", true))) {
        Ok(outcomes) => outcomes,
        Err(failure) => vec![Err(failure); batch.len()],
    }
}

/// Returns the change for a record, or `None` if it has no receipt handle.
fn hiding(record: &Record, pause: Duration) -> Option<Hiding<'_>> {
    Some(Hiding { receipt_handle: record.receipt_handle.as_deref()?, seconds: seconds(pause) })
}

/// Rounds a pause up to seconds, so it is never shorter than the receiver requested.
pub(crate) fn seconds(pause: Duration) -> i32 {
    let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX).min(MAX_VISIBILITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_rounded_up_to_a_second() {
        for (millis, expected) in [(0, 0), (1, 1), (1_000, 1), (8_001, 9), (43_200_000, 43_200), (43_200_001, 43_200), (u64::MAX, 43_200)] {
            assert_eq!(seconds(Duration::from_millis(millis)), expected, "{millis}");
        }
    }
}
