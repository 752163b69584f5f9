//! The retry schedule: the deployed worker's, ten times faster and with fewer attempts.

use std::time::Duration;

use shared::retry::{Backoff, at_least};

/// The maximum number of attempts. The deployed worker retries for three days, but here the user is watching.
pub(super) const MAX_RECEIVES: u32 = 5;

/// The factor between pauses: the deployed worker's, whose pauses double from 10 s up to 900 s.
const FACTOR: u32 = 2;

/// The longest pause: a tenth of the deployed worker's 900 s.
const LONGEST: Duration = Duration::from_secs(90);

/// The jitter of the deployed worker.
const JITTER: f64 = 0.2;

/// Returns the pause after the `count`th failed attempt, or `retry_after` if that is longer. Returns `None` after the last
/// attempt. `chance` is between 0 and 1.
pub(super) fn after(count: u32, first: Duration, retry_after: Option<Duration>, chance: f64) -> Option<Duration> {
    let first = first.clamp(Duration::from_millis(1), LONGEST);
    let backoff = Backoff::new(first, LONGEST, FACTOR, JITTER);
    (count < MAX_RECEIVES).then(|| at_least(backoff.pause_at(count, chance), retry_after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(first: Duration, retry_after: Option<u64>, chance: f64) -> Vec<Option<u128>> {
        (1..=6).map(|count| after(count, first, retry_after.map(Duration::from_secs), chance).map(|wait| wait.as_millis())).collect()
    }

    #[test]
    fn pauses_grow_to_a_limit_and_end() {
        let second = Duration::from_secs(1);
        assert_eq!(pauses(second, None, 0.5), [Some(1_000), Some(2_000), Some(4_000), Some(8_000), None, None]);
        assert_eq!(pauses(second, None, 0.0), [Some(800), Some(1_600), Some(3_200), Some(6_400), None, None]);
        assert_eq!(pauses(second, None, 1.0), [Some(1_200), Some(2_400), Some(4_800), Some(9_600), None, None]);
        assert_eq!(pauses(second / 100, None, 0.5), [Some(10), Some(20), Some(40), Some(80), None, None]);
        assert_eq!(after(u32::MAX, Duration::MAX, None, 0.5), None);
    }

    /// After failed attempt n, the deployed worker waits min(10 s x 2^(n-1), 900 s).
    #[test]
    fn the_schedule_is_ten_times_faster_than_the_deployed_workers() {
        for count in 1..MAX_RECEIVES {
            let deployed = Duration::from_secs(10 * 2_u64.pow(count - 1)).min(Duration::from_secs(900));
            assert_eq!(after(count, Duration::from_secs(1), None, 0.5), Some(deployed / 10));
        }
        assert_eq!(LONGEST, Duration::from_secs(900) / 10);
    }

    #[test]
    fn the_receiver_can_request_longer_pauses() {
        let second = Duration::from_secs(1);
        assert_eq!(pauses(second, Some(20), 0.5), [Some(20_000), Some(20_000), Some(20_000), Some(20_000), None, None]);
        assert_eq!(pauses(second, Some(u64::MAX), 0.5)[0], Some(43_000_000));
    }
}
