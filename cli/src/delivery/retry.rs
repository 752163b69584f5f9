//! How often and when a message is tried again.

use std::time::Duration;

use shared::retry::Backoff;

/// Fewer than the deployed worker's, which tries for three days: here somebody is watching.
pub(super) const MAX_RECEIVES: u32 = 5;

/// After each failure the wait is so many times longer: five tries then span more than a minute, in which
/// a handler is compiled and started again. By doubling it would be 15 s.
const FACTOR: u32 = 4;

/// No longer than somebody watches a terminal.
const LONGEST: Duration = Duration::from_secs(60);

/// How long to wait after a message failed for the `count`th time. None where it was the last.
pub(super) fn after(count: u32, first: Duration) -> Option<Duration> {
    let first = first.clamp(Duration::from_millis(1), LONGEST);
    // Without jitter: there is one worker, and the terminal says when it tries again.
    let backoff = Backoff::new(first, LONGEST, FACTOR, 0.0).ok()?;
    (count < MAX_RECEIVES).then(|| backoff.pause(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_end() {
        let waits = |first| (1..=6).map(|count| after(count, first).map(|wait| wait.as_millis())).collect::<Vec<_>>();
        assert_eq!(waits(Duration::from_secs(1)), [Some(1_000), Some(4_000), Some(16_000), Some(60_000), None, None]);
        assert_eq!(waits(Duration::from_millis(10)), [Some(10), Some(40), Some(160), Some(640), None, None]);
        assert_eq!(after(u32::MAX, Duration::MAX), None);
    }
}
