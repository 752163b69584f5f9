//! Which messages may be sent next to one sink.
//!
//! A batch is not a transaction: an ordered sink can accept an entry and reject the one before it. Therefore a batch contains
//! at most one message of a group, and a message is due only when all earlier messages of its group are acknowledged.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::Message;
use super::acknowledged::Acknowledged;

/// The messages of a request that have yet to be sent.
pub(super) struct Plan<'r> {
    messages: &'r [Message],
    acknowledged: &'r Acknowledged,
    due: BinaryHeap<Turn>,
    /// For each message, the next message of the same group.
    successors: Vec<Option<usize>>,
}

/// A message that is due. The group with the most messages left goes first, because it needs one call per message. Ties are
/// broken by the order of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    /// The number of messages left in the group, including this one.
    left: usize,
    index: Reverse<usize>,
}

impl Turn {
    /// Returns the index of the message in the request.
    pub(super) fn index(self) -> usize {
        self.index.0
    }
}

impl<'r> Plan<'r> {
    /// Plans all messages. [`Self::next_batch`] skips those already acknowledged. `by_group` states whether the sink keeps the
    /// order within a group.
    pub(super) fn new(messages: &'r [Message], acknowledged: &'r Acknowledged, by_group: bool) -> Self {
        let mut successors = vec![None; messages.len()];
        let mut first = Vec::with_capacity(messages.len());
        let mut rests: HashMap<&str, (usize, usize)> = HashMap::new();
        for (index, message) in messages.iter().enumerate().rev() {
            let (left, successor) = match rests.get(message.group.as_str()).filter(|_| by_group) {
                Some(&(left, successor)) => (left + 1, Some(successor)),
                None => (1, None),
            };
            if let Some(slot) = successors.get_mut(index) {
                *slot = successor;
            }
            if by_group {
                rests.insert(&message.group, (left, index));
            } else {
                first.push(Turn { left, index: Reverse(index) });
            }
        }
        first.extend(rests.into_values().map(|(left, index)| Turn { left, index: Reverse(index) }));
        Self { messages, acknowledged, due: BinaryHeap::from(first), successors }
    }

    /// Removes and returns the next batch within these limits. It is empty if no message is due. Only a batch of one message may
    /// exceed `max_bytes`.
    pub(super) fn next_batch(&mut self, max_messages: usize, max_bytes: usize) -> Vec<Turn> {
        let (mut batch, mut too_large, mut bytes) = (Vec::new(), Vec::new(), 0);
        while batch.len() < max_messages
            && let Some(turn) = self.due.pop()
        {
            // Another queue may have acknowledged it by now.
            if self.acknowledged.contains(turn.index()) {
                self.advance(turn);
                continue;
            }
            let size = self.messages.get(turn.index()).map_or(0, Message::size);
            if batch.is_empty() || bytes + size <= max_bytes {
                bytes += size;
                batch.push(turn);
            } else {
                too_large.push(turn);
            }
        }
        self.due.extend(too_large);
        batch
    }

    /// Returns whether a message is due. Another queue may already have acknowledged it.
    pub(super) fn is_any_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Makes the next message of the group due after this one has been acknowledged.
    pub(super) fn advance(&mut self, turn: Turn) {
        let successor = self.successors.get(turn.index()).copied().flatten();
        self.due.extend(successor.map(|index| Turn { left: turn.left - 1, index: Reverse(index) }));
    }

    /// Makes messages that were not acknowledged due again.
    pub(super) fn put_back(&mut self, turns: impl IntoIterator<Item = Turn>) {
        self.due.extend(turns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::fake_sink::message;

    /// Returns the indexes of each batch if every message is acknowledged immediately.
    fn batches(messages: &[Message], by_group: bool) -> Vec<Vec<usize>> {
        let acknowledged = Acknowledged::none_of(messages.len());
        let mut plan = Plan::new(messages, &acknowledged, by_group);
        let mut batches = Vec::new();
        loop {
            let batch = plan.next_batch(10, 1_048_576);
            if batch.is_empty() {
                return batches;
            }
            batch.iter().for_each(|turn| plan.advance(*turn));
            batches.push(batch.into_iter().map(Turn::index).collect());
        }
    }

    fn lengths(messages: &[Message]) -> Vec<usize> {
        batches(messages, false).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_batch_has_at_most_ten_messages_and_a_mebibyte() {
        let of = |bytes: usize| message("g", "x".repeat(bytes));
        assert_eq!(lengths(&vec![of(10); 25]), [10, 10, 5]);
        assert_eq!(lengths(&vec![of(500_000); 5]), [2, 2, 1]);
        assert_eq!(batches(&[of(10), of(1_040_000), of(10_000)], false), [vec![0, 1], vec![2]]);
        assert_eq!(batches(&[of(600_000), of(600_000), of(10)], false), [vec![0, 2], vec![1]], "small messages fill the gap");
        assert!(lengths(&[]).is_empty());
    }

    #[test]
    fn a_batch_has_one_message_per_group_and_is_filled_across_groups() {
        let messages = ["a", "a", "b", "a", "c", "b"].map(|group| message(group, group));
        assert_eq!(batches(&messages, true), [vec![0, 2, 4], vec![1, 5], vec![3]]);
        assert_eq!(batches(&messages, false), [(0..6).collect::<Vec<_>>()]);
    }

    #[test]
    fn the_longest_group_determines_the_number_of_batches() {
        let alone = (0..250).map(|n| message(&n.to_string(), "x"));
        let messages: Vec<Message> = alone.chain((0..50).map(|_| message("long", "x"))).collect();
        assert_eq!(batches(&messages, true).len(), 50);
    }

    #[test]
    fn no_message_overtakes_a_large_one_of_its_group() {
        let large = |group| message(group, "x".repeat(600_000));
        let messages = [large("a"), large("b"), message("b", "x"), message("c", "x")];
        let order: Vec<usize> = batches(&messages, true).concat();
        let position = |index| order.iter().position(|of| *of == index);
        assert!(position(1) < position(2) && order.len() == 4, "{order:?}");
    }

    #[test]
    fn messages_acknowledged_by_another_queue_are_left_out() {
        let messages = ["a", "b", "a", "b"].map(|group| message(group, group));
        let acknowledged = Acknowledged::none_of(4);
        let mut plan = Plan::new(&messages, &acknowledged, true);
        [0, 1, 3].into_iter().for_each(|index| acknowledged.add(index, crate::queue::QueueName::Fallback));
        let batch: Vec<usize> = plan.next_batch(10, 1_048_576).into_iter().map(Turn::index).collect();
        assert_eq!((batch, plan.is_any_due()), (vec![2], false));
    }
}
