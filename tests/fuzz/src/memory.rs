//! A queue in memory that takes everything.

use std::sync::{Mutex, PoisonError};

use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};

/// What was sent since it was last emptied.
#[derive(Default)]
pub struct Memory {
    sent: Mutex<Vec<(Destination, Message)>>,
}

impl Memory {
    /// Everything in it, which is then no longer there.
    pub fn take(&self) -> Vec<(Destination, Message)> {
        std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Queue for Memory {
    async fn send(&self, to: Destination, messages: &[Message], _budget: Budget) -> Result<Receipt, NotQueued> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.extend(messages.iter().map(|message| (to, message.clone())));
        Ok(Receipt { queue: QueueName::Main })
    }
}
