//! Waiting for a condition, with a time limit.

use std::time::{Duration, Instant};

/// Polls `condition` until it returns a value; panics with `what` after `limit`.
pub(crate) async fn until<T>(what: impl Fn() -> String, limit: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} for {}", what());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
