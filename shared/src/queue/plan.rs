//! Which messages may go next to one sink.
//!
//! A batch is not a transaction: an ordered sink may take an entry and fail the one before it. So a batch holds at most
//! one message of a group, and a message is only due when those before it in its group are acknowledged.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::Message;
use super::acknowledged::Acknowledged;

/// The messages of a request that are still to be sent.
pub(super) struct Plan<'r> {
    messages: &'r [Message],
    acknowledged: &'r Acknowledged,
    due: BinaryHeap<Turn>,
    /// The next message of the same group.
    successors: Vec<Option<usize>>,
}

/// A message whose turn has come. The longest rest of a group goes first, since it takes as many calls as it has messages;
/// among equals the request's order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    /// How many messages of the group are left, this one included.
    left: usize,
    index: Reverse<usize>,
}

impl Turn {
    /// The message's index in the request.
    pub(super) fn index(self) -> usize {
        self.index.0
    }
}

impl<'r> Plan<'r> {
    /// Plans all messages that are not acknowledged, by groups where the sink keeps their order.
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

    /// Takes the next batch of at most this many messages and bytes, empty where none is due. A message is never too large alone.
    pub(super) fn next_batch(&mut self, max_messages: usize, max_bytes: usize) -> Vec<Turn> {
        let (mut batch, mut too_large, mut bytes) = (Vec::new(), Vec::new(), 0);
        while batch.len() < max_messages
            && let Some(turn) = self.due.pop()
        {
            // Another queue may have it by now.
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

    /// Returns whether a message is due, if no other queue has it meanwhile.
    pub(super) fn is_any_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Makes the next message of the group due, after this one is acknowledged.
    pub(super) fn advance(&mut self, turn: Turn) {
        let successor = self.successors.get(turn.index()).copied().flatten();
        self.due.extend(successor.map(|index| Turn { left: turn.left - 1, index: Reverse(index) }));
    }

    /// Makes messages due again that were not acknowledged.
    pub(super) fn put_back(&mut self, turns: impl IntoIterator<Item = Turn>) {
        self.due.extend(turns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::fake_sink::message;

    /// The indices of each batch, where every message is acknowledged at once.
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
        assert_eq!(batches(&[of(600_000), of(600_000), of(10)], false), [vec![0, 2], vec![1]], "small ones fill the gap");
        assert!(lengths(&[]).is_empty());
    }

    #[test]
    fn a_batch_has_one_message_of_a_group_and_is_filled_across_groups() {
        let messages = ["a", "a", "b", "a", "c", "b"].map(|group| message(group, group));
        assert_eq!(batches(&messages, true), [vec![0, 2, 4], vec![1, 5], vec![3]]);
        assert_eq!(batches(&messages, false), [(0..6).collect::<Vec<_>>()]);
    }

    #[test]
    fn the_longest_group_decides_how_many_batches_there_are() {
        let alone = (0..250).map(|n| message(&n.to_string(), "x"));
        let messages: Vec<Message> = alone.chain((0..50).map(|_| message("long", "x"))).collect();
        assert_eq!(batches(&messages, true).len(), 50);
    }

    #[test]
    fn no_message_overtakes_a_large_one_of_its_group() {
        let large = |group| message(group, "x".repeat(600_000));
        let messages = [large("a"), large("b"), message("b", "x"), message("c", "x")];
        let order: Vec<usize> = batches(&messages, true).concat();
        let place = |index| order.iter().position(|of| *of == index);
        assert!(place(1) < place(2) && order.len() == 4, "{order:?}");
    }

    #[test]
    fn what_another_queue_has_meanwhile_is_left_out() {
        let messages = ["a", "b", "a", "b"].map(|group| message(group, group));
        let acknowledged = Acknowledged::none_of(4);
        let mut plan = Plan::new(&messages, &acknowledged, true);
        [0, 1, 3].into_iter().for_each(|index| acknowledged.add(index, crate::queue::QueueName::Fallback));
        let batch: Vec<usize> = plan.next_batch(10, 1_048_576).into_iter().map(Turn::index).collect();
        assert_eq!((batch, plan.is_any_due()), (vec![2], false));
    }
}
