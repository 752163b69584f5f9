//! How much waits to be written, and how much was left out.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How much may wait: more than ten thousand deliveries of a usual size.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What an entry takes beside its contents, or more.
pub(super) const OVERHEAD: usize = 1024;

/// The bytes that wait, and the number of entries that were left out since the start.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: AtomicUsize,
    left_out: AtomicU64,
}

impl Backlog {
    /// Whether there is room for an entry of that size. If so, it waits from now on.
    pub(super) fn admit(&self, size: usize) -> bool {
        let fits = |bytes: usize| Some(bytes + size).filter(|bytes| *bytes <= MAX_BYTES);
        self.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok()
    }

    /// An entry no longer waits.
    pub(super) fn release(&self, size: usize) {
        self.bytes.fetch_sub(size, Ordering::AcqRel);
    }

    /// Counts entries that are left out; gives whether they are the first ones.
    pub(super) fn leave_out(&self, count: u64) -> bool {
        self.left_out.fetch_add(count, Ordering::AcqRel) == 0
    }

    /// How many were left out.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_bounded_and_what_is_left_out_is_counted() {
        let backlog = Backlog::default();
        assert!(backlog.admit(MAX_BYTES - 1) && backlog.admit(1) && !backlog.admit(1));
        backlog.release(1);
        assert!(backlog.admit(1) && !backlog.admit(usize::MAX - MAX_BYTES));
        assert!(backlog.leave_out(2) && !backlog.leave_out(1));
        assert_eq!(backlog.left_out(), 3);
    }
}
