//! How the time until the function's deadline is divided between handling a batch and the steps after it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// The time limit of one event, if the deadline allows that much.
const LONGEST_HANDLING: Duration = Duration::from_secs(10);
/// Reserved before the deadline for reporting the failures.
const TIME_TO_REPORT: Duration = Duration::from_millis(500);
/// Reserved before that for changing the visibility of failed records.
const TIME_TO_HIDE: Duration = Duration::from_millis(600);
/// Reserved before that for sending records to the dead-letter queue.
const TIME_TO_FORWARD: Duration = Duration::from_millis(400);

/// The deadlines of the steps of processing a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// The deadline of deliveries.
    pub(crate) handled: Instant,
    /// The deadline of calls to the dead-letter queue.
    pub(crate) forwarded: Instant,
    /// The deadline of visibility changes.
    pub(crate) hidden: Instant,
}

impl Times {
    /// Returns the times for a function that Lambda stops at `deadline`, in milliseconds since 1970. A deadline in the past is
    /// ignored, because a local runtime might not send one.
    pub(crate) fn until(deadline: u64, hides: bool, forwards: bool) -> Self {
        let to_hide = if hides { TIME_TO_HIDE } else { Duration::ZERO };
        let to_forward = if forwards { TIME_TO_FORWARD } else { Duration::ZERO };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unknown = LONGEST_HANDLING + to_forward + to_hide + TIME_TO_REPORT;
        let left = Duration::from_millis(deadline).checked_sub(now).unwrap_or(unknown);
        let start = Instant::now();
        let before = |reserve: Duration| start + left.saturating_sub(reserve);
        Self {
            handled: before(TIME_TO_REPORT + to_hide + to_forward),
            forwarded: before(TIME_TO_REPORT + to_hide),
            hidden: before(TIME_TO_REPORT),
        }
    }

    /// Returns the time limit of an event whose handling starts now.
    pub(crate) fn time_limit(&self) -> Duration {
        self.handled.saturating_duration_since(Instant::now()).min(LONGEST_HANDLING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time left for each part, in milliseconds, if the deadline is `millis` away.
    fn left(millis: u64, hides: bool, forwards: bool) -> [u64; 3] {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let deadline = u64::try_from(now.as_millis()).expect("a time") + millis;
        let times = Times::until(deadline, hides, forwards);
        let start = Instant::now();
        // Time passes between the clock readings, and `deadline` is in whole milliseconds.
        let rounded = |end: Instant| (end.saturating_duration_since(start).as_millis() as u64).next_multiple_of(100);
        [times.handled, times.forwarded, times.hidden].map(rounded)
    }

    #[test]
    fn each_step_leaves_time_for_the_next() {
        assert_eq!(left(30_000, false, false), [29_500, 29_500, 29_500]);
        assert_eq!(left(30_000, true, false), [28_900, 28_900, 29_500]);
        assert_eq!(left(30_000, true, true), [28_500, 28_900, 29_500]);
        assert_eq!(left(300, true, true), [0, 0, 0]);
    }

    #[test]
    fn an_unknown_deadline_leaves_an_event_its_time_limit() {
        let times = Times::until(0, true, true);
        assert!(times.time_limit() > LONGEST_HANDLING - Duration::from_millis(100));
        assert!(Times::until(u64::MAX / 2, true, true).time_limit() == LONGEST_HANDLING);
    }
}
