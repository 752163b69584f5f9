//! How often and when a message is retried: by the deployed worker's rules and on its schedule, ten times faster and with fewer attempts.

use std::time::Duration;

use shared::retry::{Backoff, at_least};

/// Fewer than the deployed worker's, which tries for three days: here somebody is watching.
pub(super) const MAX_RECEIVES: u32 = 5;

/// As the deployed worker's, whose pauses begin with 10 s, double, and end at 900 s: here all of it is ten times faster.
const FACTOR: u32 = 2;

/// A tenth of the deployed worker's 900 s.
const LONGEST: Duration = Duration::from_secs(90);

/// The same as the deployed worker's.
const JITTER: f64 = 0.2;

/// Returns the pause after a message failed for the `count`th time, or a longer `retry_after`; none if it was the last attempt.
/// `chance` is between 0 and 1.
pub(super) fn after(count: u32, first: Duration, retry_after: Option<Duration>, chance: f64) -> Option<Duration> {
    let first = first.clamp(Duration::from_millis(1), LONGEST);
    let backoff = Backoff::new(first, LONGEST, FACTOR, JITTER);
    (count < MAX_RECEIVES).then(|| at_least(backoff.pause_at(count, chance), retry_after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(first: Duration, retry_after: Option<u64>, chance: f64) -> Vec<Option<u128>> {
        (1..=6).map(|count| after(count, first, retry_after.map(Duration::from_secs), chance).map(|wait| wait.as_millis())).collect()
    }

    #[test]
    fn waits_grow_to_a_limit_and_end() {
        let second = Duration::from_secs(1);
        assert_eq!(waits(second, None, 0.5), [Some(1_000), Some(2_000), Some(4_000), Some(8_000), None, None]);
        assert_eq!(waits(second, None, 0.0), [Some(800), Some(1_600), Some(3_200), Some(6_400), None, None]);
        assert_eq!(waits(second, None, 1.0), [Some(1_200), Some(2_400), Some(4_800), Some(9_600), None, None]);
        assert_eq!(waits(second / 100, None, 0.5), [Some(10), Some(20), Some(40), Some(80), None, None]);
        assert_eq!(after(u32::MAX, Duration::MAX, None, 0.5), None);
    }

    /// The deployed worker's: after failed attempt n it waits min(10 s x 2^(n-1), 900 s).
    #[test]
    fn the_schedule_is_the_workers_ten_times_faster() {
        for count in 1..MAX_RECEIVES {
            let deployed = Duration::from_secs(10 * 2_u64.pow(count - 1)).min(Duration::from_secs(900));
            assert_eq!(after(count, Duration::from_secs(1), None, 0.5), Some(deployed / 10));
        }
        assert_eq!(LONGEST, Duration::from_secs(900) / 10);
    }

    #[test]
    fn the_receiver_can_ask_for_longer_ones() {
        let second = Duration::from_secs(1);
        assert_eq!(waits(second, Some(20), 0.5), [Some(20_000), Some(20_000), Some(20_000), Some(20_000), None, None]);
        assert_eq!(waits(second, Some(u64::MAX), 0.5)[0], Some(43_000_000));
    }
}
