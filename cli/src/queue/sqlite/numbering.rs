//! The numbers of the messages that a future puts into the queue: who remembers a request needs them to find its messages
//! again, because two messages may have the same event id.

use std::sync::{Arc, Mutex, PoisonError};

type Numbers = Arc<Mutex<Vec<i64>>>;

tokio::task_local! {
    static NUMBERS: Numbers;
}

/// Where the numbers are noted, if anybody wants them.
pub(super) struct Wanted(Option<Numbers>);

/// Returns what the surrounding [`numbering`] wants to know.
pub(super) fn wanted() -> Wanted {
    Wanted(NUMBERS.try_with(Arc::clone).ok())
}

impl Wanted {
    /// Notes the numbers of messages that are in the queue.
    pub(super) fn note(&self, numbers: Vec<i64>) {
        if let Some(noted) = &self.0 {
            noted.lock().unwrap_or_else(PoisonError::into_inner).extend(numbers);
        }
    }
}

/// Returns what a future gives, and the numbers of the messages that it put into the queue.
pub(crate) async fn numbering<F: Future>(future: F) -> (F::Output, Vec<i64>) {
    let numbers = Numbers::default();
    let output = NUMBERS.scope(Arc::clone(&numbers), future).await;
    let numbers = std::mem::take(&mut *numbers.lock().unwrap_or_else(PoisonError::into_inner));
    (output, numbers)
}
