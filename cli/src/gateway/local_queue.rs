//! The queue of `dev`: SQLite or SQS, behind a switch that makes it fail. [`recording`] records what one request sends to it.

use std::sync::{Arc, Mutex, PoisonError};

use shared::queue::sqs::Sqs;
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, Receipt};
use tokio::sync::watch;

use super::fault::Fault;
use crate::queue::sqlite::{SqliteQueue, numbering};

tokio::task_local! {
    static COPIES: Arc<Mutex<Vec<String>>>;
}

/// A queue of one of two kinds.
pub(crate) enum Backend {
    /// The embedded queue.
    Sqlite(SqliteQueue),
    /// SQS.
    Sqs(Box<Sqs>),
}

/// A queue behind the switch.
pub(crate) struct LocalQueue {
    /// The queue.
    pub(crate) backend: Backend,
    /// The simulated fault.
    pub(crate) fault: watch::Sender<Fault>,
}

impl Queue for LocalQueue {
    fn is_ordered(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(queue) => queue.is_ordered(),
            Backend::Sqs(queue) => queue.is_ordered(),
        }
    }

    async fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> Result<Receipt, NotQueued> {
        let copy = |copies: &Arc<Mutex<Vec<String>>>| {
            copies.lock().unwrap_or_else(PoisonError::into_inner).extend(messages.iter().map(|message| message.body.clone()));
        };
        // Outside of `recording`, no copies are needed.
        let _ = COPIES.try_with(copy);
        let fault = *self.fault.borrow();
        fault.apply(budget).await?;
        match &self.backend {
            Backend::Sqlite(queue) => queue.send(to, messages, budget).await,
            Backend::Sqs(queue) => queue.send(to, messages, budget).await,
        }
    }
}

/// What one request sent to a queue.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// The events, even if no queue acknowledged them.
    pub(super) events: Vec<String>,
    /// The numbers of their messages in the embedded queue.
    pub(super) messages: Vec<i64>,
}

/// Runs a future. Returns its output, and what it sent to a queue or tried to send.
pub(super) async fn recording<F: Future>(future: F) -> (F::Output, Sent) {
    let copies = Arc::<Mutex<Vec<String>>>::default();
    let (output, messages) = numbering(COPIES.scope(Arc::clone(&copies), future)).await;
    let events = std::mem::take(&mut *copies.lock().unwrap_or_else(PoisonError::into_inner));
    (output, Sent { events, messages })
}
