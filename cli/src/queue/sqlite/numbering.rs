//! Collects the numbers of the messages that a future stores in the queue. The history needs them to find the messages of a
//! request, because two messages can have the same event id.

use std::sync::{Arc, Mutex, PoisonError};

type Numbers = Arc<Mutex<Vec<i64>>>;

tokio::task_local! {
    static NUMBERS: Numbers;
}

/// The collector of the numbers, if there is one.
pub(super) struct Wanted(Option<Numbers>);

/// Returns the collector of the surrounding [`numbering`] call.
pub(super) fn wanted() -> Wanted {
    Wanted(NUMBERS.try_with(Arc::clone).ok())
}

impl Wanted {
    /// Records the numbers of stored messages.
    pub(super) fn note(&self, numbers: Vec<i64>) {
        if let Some(noted) = &self.0 {
            noted.lock().unwrap_or_else(PoisonError::into_inner).extend(numbers);
        }
    }
}

/// Runs a future. Returns its output and the numbers of the messages that it stored in the queue.
pub(crate) async fn numbering<F: Future>(future: F) -> (F::Output, Vec<i64>) {
    let numbers = Numbers::default();
    let output = NUMBERS.scope(Arc::clone(&numbers), future).await;
    let numbers = std::mem::take(&mut *numbers.lock().unwrap_or_else(PoisonError::into_inner));
    (output, numbers)
}
