//! How often and when a message is retried: by the deployed worker's rules, with shorter pauses.

use std::time::Duration;

use shared::retry::{Backoff, at_least};

/// Fewer than the deployed worker's, which tries for three days: here somebody is watching.
pub(super) const MAX_RECEIVES: u32 = 5;

/// After each failure the wait is so many times longer: five tries then span more than a minute, in which
/// a handler is compiled and started again. By doubling it would be 15 s.
const FACTOR: u32 = 4;

/// No longer than somebody watches a terminal.
const LONGEST: Duration = Duration::from_secs(60);

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
        assert_eq!(waits(second, None, 0.5), [Some(1_000), Some(4_000), Some(16_000), Some(60_000), None, None]);
        assert_eq!(waits(second, None, 0.0), [Some(800), Some(3_200), Some(12_800), Some(48_000), None, None]);
        assert_eq!(waits(second, None, 1.0), [Some(1_200), Some(4_800), Some(19_200), Some(72_000), None, None]);
        assert_eq!(waits(second / 100, None, 0.5), [Some(10), Some(40), Some(160), Some(640), None, None]);
        assert_eq!(after(u32::MAX, Duration::MAX, None, 0.5), None);
    }

    #[test]
    fn the_receiver_can_ask_for_longer_ones() {
        let second = Duration::from_secs(1);
        assert_eq!(waits(second, Some(20), 0.5), [Some(20_000), Some(20_000), Some(20_000), Some(60_000), None, None]);
        assert_eq!(waits(second, Some(u64::MAX), 0.5)[0], Some(43_000_000));
    }
}
