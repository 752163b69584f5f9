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
    use crate::history::Store;
    use crate::history::writer::tests::record;
    use crate::queue::sqlite::SqliteQueue;
    use crate::queue::sqlite::file::Kind;
    use rusqlite::Connection;

    #[test]
    fn waiting_entries_are_bounded_and_left_out_entries_are_counted() {
        let backlog = Backlog::default();
        assert!(backlog.admit(MAX_BYTES - 1) && backlog.admit(1) && !backlog.admit(1));
        backlog.release(1);
        assert!(backlog.admit(1) && !backlog.admit(usize::MAX - MAX_BYTES));
        assert!(backlog.leave_out(2) && !backlog.leave_out(1));
        assert_eq!(backlog.left_out(), 3);
    }

    #[test]
    fn entries_that_come_too_fast_are_left_out_and_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let store = Store::open(&file, Kind::Queue).expect("a history");
        store.take_turns_with(queue.clone());
        let turn = queue.turn();
        for _ in 0..100 {
            let mut large = record();
            (large.request.body, large.bytes) = (vec![b'7'; 1024 * 1024], 1024 * 1024);
            drop(store.record(large));
        }
        let left_out = store.left_out();
        assert!((30..50).contains(&left_out), "{left_out}");
        drop(turn);
        store.close();
        let kept: u32 =
            Connection::open(&file).expect("a file").query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).expect("a count");
        assert_eq!(u64::from(kept) + left_out, 100);
    }
}
