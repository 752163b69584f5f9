//! The connection that writes to the file.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::queue::sqlite::SqliteQueue;

/// The connection that writes to the file, taking turns with the queue in the same file.
#[derive(Clone)]
pub(super) struct Pen {
    connection: Arc<Mutex<Connection>>,
    queue: Arc<OnceLock<SqliteQueue>>,
}

impl Pen {
    /// Returns a pen that uses this connection.
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection: Arc::new(Mutex::new(connection)), queue: Arc::default() }
    }

    /// Makes later writes take turns with that queue.
    pub(super) fn take_turns_with(&self, queue: SqliteQueue) {
        // Each file has only one queue.
        let _ = self.queue.set(queue);
    }

    /// Runs `write` in a transaction.
    ///
    /// # Errors
    /// The file cannot be written. In that case, nothing is changed.
    pub(super) fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let mut connection = lock(&self.connection);
        let _turn = self.queue.get().map(SqliteQueue::turn);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = write(&transaction)?;
        transaction.commit().map(|()| written)
    }

    /// Returns the connection, locked.
    #[cfg(test)]
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.connection)
    }
}

/// Locks the connection, even if another thread panicked while it held the lock.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
