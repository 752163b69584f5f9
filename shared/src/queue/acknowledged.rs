//! The acknowledgments of a request's messages, shared by the attempts at multiple queues.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::QueueName;

/// The acknowledgments of one request's messages, by message index, because two messages may have the same id.
pub(super) struct Acknowledged(Mutex<State>);

struct State {
    /// For each message, the first queue that acknowledged it.
    by: Vec<Option<QueueName>>,
    missing: usize,
}

impl Acknowledged {
    /// Returns the state in which none of this many messages is acknowledged.
    pub(super) fn none_of(count: usize) -> Self {
        Self(Mutex::new(State { by: vec![None; count], missing: count }))
    }

    /// Records that a queue has acknowledged a message.
    pub(super) fn add(&self, index: usize, queue: QueueName) {
        let state = &mut *self.state();
        if let Some(by @ None) = state.by.get_mut(index) {
            *by = Some(queue);
            state.missing -= 1;
        }
    }

    /// Returns whether any queue has acknowledged this message.
    pub(super) fn contains(&self, index: usize) -> bool {
        self.state().by.get(index).is_some_and(Option::is_some)
    }

    /// Returns whether every message is in a queue.
    pub(super) fn is_complete(&self) -> bool {
        self.state().missing == 0
    }

    /// Returns the queue for the receipt: among the queues that were the first to acknowledge a message, the one tried last.
    pub(super) fn last_queue(&self) -> Option<QueueName> {
        self.state().by.iter().flatten().max().copied()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_complete_when_each_message_is_in_a_queue() {
        let acknowledged = Acknowledged::none_of(3);
        for (index, queue) in [(0, QueueName::Main), (0, QueueName::Fallback), (2, QueueName::Main), (9, QueueName::Main)] {
            acknowledged.add(index, queue);
            assert!(!acknowledged.is_complete());
        }
        assert_eq!([0, 1, 2, 9].map(|index| acknowledged.contains(index)), [true, false, true, false]);
        assert_eq!(acknowledged.last_queue(), Some(QueueName::Main), "everything in the fallback queue was already in the main queue");
        acknowledged.add(1, QueueName::Fallback);
        assert!(acknowledged.is_complete());
        assert_eq!(acknowledged.last_queue(), Some(QueueName::Fallback));
    }
}
