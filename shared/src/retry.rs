//! When to retry, and which failures are retriable.

use std::time::Duration;

/// Exponential backoff with jitter. The pauses between attempts grow up to a limit, and each is lengthened or shortened at
/// random, so that attempts that fail at the same time are not retried at the same time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    factor: u32,
    jitter: f64,
}

impl Backoff {
    /// Returns a backoff. Its pauses start with `first` and are multiplied by `factor` after each failure, up to `longest`. Each
    /// is then multiplied by a random number between `1 - jitter` and `1 + jitter`, so a pause may exceed `longest` by that
    /// much.
    ///
    /// # Panics
    /// If `first` is zero or longer than `longest`, `factor` is zero, or `jitter` is not between 0 and 1.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration, factor: u32, jitter: f64) -> Self {
        assert!(!first.is_zero(), "the first pause must not be zero");
        assert!(first.as_nanos() <= longest.as_nanos(), "the first pause must not exceed the longest");
        assert!(factor > 0, "the factor must not be zero");
        // Also rejects NaN.
        assert!(jitter >= 0.0 && jitter <= 1.0, "the jitter must be between 0 and 1");
        Self { first, longest, factor, jitter }
    }

    /// Returns the pause after this many failures in a row, with random jitter.
    #[must_use]
    pub fn pause(&self, failures: u32) -> Duration {
        self.pause_at(failures, chance())
    }

    /// Returns the pause after this many failures in a row. `chance` is between 0, for the shortest pause, and 1, for the
    /// longest.
    #[must_use]
    pub fn pause_at(&self, failures: u32, chance: f64) -> Duration {
        let factor = self.factor.saturating_pow(failures.saturating_sub(1));
        let pause = self.first.saturating_mul(factor).min(self.longest);
        let seconds = pause.as_secs_f64() * (1.0 + self.jitter * (2.0 * chance - 1.0));
        // Only a limit of billions of years overflows.
        Duration::try_from_secs_f64(seconds).unwrap_or(self.longest)
    }
}

/// The pauses before retries of calls to a queue.
pub const CALLS: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_millis(400), 2, 0.2);

/// The pauses between attempts to deliver an event: 10 s after the first failure, doubled after each further failure, up to 15
/// minutes. A receiver that recovers therefore gets all waiting events within about 15 minutes.
const DELIVERY: Backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(900), 2, 0.2);

/// The longest pause that a receiver can request. SQS hides a message for at most 12 hours after it was received, and that
/// time includes the attempt.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(43_000);

/// Returns the pause after the delivery attempt with this number, counted from 1. A longer `retry_after` replaces the
/// scheduled pause, up to [`LONGEST_RETRY_AFTER`]. `chance` is between 0 and 1; outside of tests, use [`chance()`].
#[must_use]
pub fn delivery_pause(attempt: u32, retry_after: Option<Duration>, chance: f64) -> Duration {
    at_least(DELIVERY.pause_at(attempt, chance), retry_after)
}

/// Returns the longer of the pause and `retry_after`, the latter limited to [`LONGEST_RETRY_AFTER`].
#[must_use]
pub fn at_least(pause: Duration, retry_after: Option<Duration>) -> Duration {
    retry_after.map_or(pause, |requested| pause.max(requested.min(LONGEST_RETRY_AFTER)))
}

/// Returns a random number between 0 and 1.
#[must_use]
pub fn chance() -> f64 {
    fastrand::f64()
}

/// Returns whether a retry of the same request may succeed after a response with this status and AWS error code.
///
/// A 4xx other than 408 and 429 is permanent, unless the code says otherwise: SQS and KMS throttle with status 400.
#[must_use]
pub fn is_retriable(status: u16, code: &str) -> bool {
    let is_refusal = (400..500).contains(&status) && !matches!(status, 408 | 429);
    !is_refusal || TEMPORARY.iter().any(|part| code.contains(part))
}

/// Substrings of codes that indicate a temporary condition, whatever the status.
const TEMPORARY: [&str; 6] = ["Throttl", "TooManyRequests", "RequestTimeout", "ServiceUnavailable", "InternalError", "SlowDown"];

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn backoff(jitter: f64) -> Backoff {
        Backoff::new(SECOND, 60 * SECOND, 4, jitter)
    }

    #[test]
    fn pauses_grow_to_the_longest() {
        let pauses = [0, 1, 2, 3, 4, 5, u32::MAX].map(|failures| backoff(0.0).pause(failures).as_secs());
        assert_eq!(pauses, [1, 1, 4, 16, 60, 60, 60]);
    }

    #[test]
    fn chance_selects_a_pause_between_the_bounds() {
        let pause = |failures, chance| backoff(0.25).pause_at(failures, chance).as_millis();
        assert_eq!([0.0, 0.5, 1.0].map(|chance| pause(2, chance)), [3_000, 4_000, 5_000]);
        assert_eq!([0.0, 0.5, 1.0].map(|chance| pause(9, chance)), [45_000, 60_000, 75_000]);
    }

    #[test]
    fn two_pauses_differ_and_stay_within_the_bounds() {
        let pauses: Vec<_> = (0..100).map(|_| backoff(0.25).pause(1)).collect();
        assert!(pauses.iter().all(|pause| (SECOND * 3 / 4..=SECOND * 5 / 4).contains(pause)), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
    }

    #[test]
    fn an_overflowing_pause_does_not_panic() {
        let backoff = Backoff::new(Duration::MAX, Duration::MAX, 2, 1.0);
        assert_eq!(backoff.pause_at(3, 1.0), Duration::MAX);
        assert_eq!(backoff.pause_at(3, 0.0), Duration::ZERO);
    }

    #[test]
    fn invalid_parameters_are_rejected() {
        for (first, longest, factor, jitter) in [
            (Duration::ZERO, SECOND, 2, 0.5),
            (2 * SECOND, SECOND, 2, 0.5),
            (SECOND, SECOND, 0, 0.5),
            (SECOND, SECOND, 2, -0.1),
            (SECOND, SECOND, 2, 1.1),
            (SECOND, SECOND, 2, f64::NAN),
        ] {
            let result = catch_unwind(|| Backoff::new(first, longest, factor, jitter));
            assert!(result.is_err(), "{first:?}, {longest:?}, {factor}, {jitter}");
        }
        let _ = Backoff::new(SECOND, SECOND, 1, 0.0);
    }

    #[test]
    fn delivery_pauses_double_from_ten_seconds_to_fifteen_minutes() {
        let pauses = |chance| [0, 1, 2, 3, 7, 8, 9, u32::MAX].map(|attempt| delivery_pause(attempt, None, chance).as_secs());
        assert_eq!(pauses(0.5), [10, 10, 20, 40, 640, 900, 900, 900]);
        assert_eq!(pauses(0.0), [8, 8, 16, 32, 512, 720, 720, 720]);
        assert_eq!(pauses(1.0), [12, 12, 24, 48, 768, 1080, 1080, 1080]);
    }

    #[test]
    fn a_receiver_can_request_only_a_longer_pause() {
        let pause = |attempt, seconds, chance| delivery_pause(attempt, Some(Duration::from_secs(seconds)), chance).as_secs();
        assert_eq!([0, 9, 10, 11, 43_000, 43_001, u64::MAX].map(|asked| pause(1, asked, 0.5)), [10, 10, 10, 11, 43_000, 43_000, 43_000]);
        assert_eq!(
            [(9, 0.0), (9, 1.0), (1_079, 1.0), (1_081, 1.0)].map(|(asked, chance)| pause(9, asked, chance)),
            [720, 1080, 1080, 1081]
        );
        assert_eq!(pause(1, 10, 1.0), 12, "with jitter, the scheduled pause is the longer one");
    }

    #[test]
    fn throttling_is_retriable_and_denial_is_not() {
        for code in
            ["RequestThrottled", "ThrottlingException", "KmsThrottled", "TooManyRequestsException", "InternalError", "ServiceUnavailable"]
        {
            assert!(is_retriable(400, code), "{code}");
        }
        for code in ["AccessDenied", "QueueDoesNotExist", "InvalidMessageContents", "unknown"] {
            assert!(!is_retriable(400, code), "{code}");
        }
    }

    #[test]
    fn the_status_decides_if_the_code_is_not_temporary() {
        for status in [400, 403, 404, 413] {
            assert!(!is_retriable(status, "unknown"), "{status}");
        }
        for status in [302, 408, 429, 500, 503] {
            assert!(is_retriable(status, "unknown"), "{status}");
        }
    }
}
