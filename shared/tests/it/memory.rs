//! An in-memory queue that accepts everything, refuses everything, or never responds.

use std::future::pending;
use std::sync::{Mutex, PoisonError};

use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Behavior {
    #[default]
    Accepts,
    Fails,
    Hangs,
}

#[derive(Default)]
pub(crate) struct Memory {
    behavior: Behavior,
    is_ordered: bool,
    calls: Mutex<Vec<(Destination, Vec<Message>)>>,
}

impl Memory {
    pub(crate) fn with(behavior: Behavior) -> Self {
        Self { behavior, ..Self::default() }
    }

    pub(crate) fn ordered(self) -> Self {
        Self { is_ordered: true, ..self }
    }

    /// Returns every call: its destination and its messages.
    pub(crate) fn calls(&self) -> Vec<(Destination, Vec<Message>)> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Queue for Memory {
    fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    async fn send(&self, to: Destination, messages: &[Message], _budget: Budget) -> Result<Receipt, NotQueued> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push((to, messages.to_vec()));
        match self.behavior {
            Behavior::Accepts => Ok(Receipt { queue: QueueName::Main }),
            Behavior::Fails => Err(NotQueued { code: "AccessDenied".to_owned() }),
            Behavior::Hangs => pending().await,
        }
    }
}
