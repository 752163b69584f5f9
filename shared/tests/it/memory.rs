//! A queue in memory that takes everything, refuses everything, or never answers.

use std::future::pending;
use std::sync::{Mutex, PoisonError};

use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Mood {
    #[default]
    Takes,
    Fails,
    Hangs,
}

#[derive(Default)]
pub(crate) struct Memory {
    mood: Mood,
    is_ordered: bool,
    calls: Mutex<Vec<(Destination, Vec<Message>)>>,
}

impl Memory {
    pub(crate) fn that(mood: Mood) -> Self {
        Self { mood, ..Self::default() }
    }

    pub(crate) fn ordered(self) -> Self {
        Self { is_ordered: true, ..self }
    }

    /// Every call: where to, and what.
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
        match self.mood {
            Mood::Takes => Ok(Receipt { queue: QueueName::Main }),
            Mood::Fails => Err(NotQueued { code: "AccessDenied".to_owned() }),
            Mood::Hangs => pending().await,
        }
    }
}
