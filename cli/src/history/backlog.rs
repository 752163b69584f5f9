//! The size of the entries that wait to be written, and the number of those that were left out.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The maximum size of waiting entries: more than ten thousand deliveries of a usual size.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The least number of bytes that an entry uses in addition to its contents.
pub(super) const OVERHEAD: usize = 1024;

/// The number of waiting bytes, and of entries that were left out since startup.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: AtomicUsize,
    left_out: AtomicU64,
}

impl Backlog {
    /// Adds an entry of that size if there is room. Returns whether it was added.
    pub(super) fn admit(&self, size: usize) -> bool {
        let fits = |bytes: usize| Some(bytes + size).filter(|bytes| *bytes <= MAX_BYTES);
        self.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok()
    }

    /// Removes an entry of that size.
    pub(super) fn release(&self, size: usize) {
        self.bytes.fetch_sub(size, Ordering::AcqRel);
    }

    /// Counts entries that are left out. Returns whether none was left out before.
    pub(super) fn leave_out(&self, count: u64) -> bool {
        self.left_out.fetch_add(count, Ordering::AcqRel) == 0
    }

    /// Returns how many entries were left out.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_entries_are_bounded_and_left_out_entries_are_counted() {
        let backlog = Backlog::default();
        assert!(backlog.admit(MAX_BYTES - 1) && backlog.admit(1) && !backlog.admit(1));
        backlog.release(1);
        assert!(backlog.admit(1) && !backlog.admit(usize::MAX - MAX_BYTES));
        assert!(backlog.leave_out(2) && !backlog.leave_out(1));
        assert_eq!(backlog.left_out(), 3);
    }
}
