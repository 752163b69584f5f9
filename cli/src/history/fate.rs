//! The state of a delivery: of its request, and of its messages in the queue.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde::Serialize;
use shared::timestamp::Timestamp;

/// The state of a delivery. Of multiple messages, the one that most needs attention counts: its state is the first in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The proof was refused.
    Refused,
    /// The response was 404, 405 or 413.
    Rejected,
    /// The response was 503: no queue acknowledged the events.
    NotQueued,
    /// No further attempt is made.
    Dead,
    /// The body is malformed, and the event is quarantined.
    Quarantined,
    /// The last attempt failed, and the next one is due later.
    Retrying,
    /// An attempt is running.
    Delivering,
    /// The event is in the queue.
    Queued,
    /// The event is no longer in the queue: it was moved or removed.
    Gone,
    /// The receiver answered 2xx.
    Delivered,
}

/// The state, and the time of the next attempt in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Fate {
    state: State,
    next_attempt_at: Option<i64>,
}

/// The fate of the delivery with that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct NumberedFate {
    number: i64,
    #[serde(flatten)]
    fate: Fate,
}

impl Fate {
    /// Returns the fate of a delivery without messages in the file, from the status of its response.
    pub(super) fn of_status(status: Option<u16>) -> Self {
        let state = match status {
            None => State::Gone,
            Some(200) => State::Queued,
            Some(400) => State::Quarantined,
            Some(401) => State::Refused,
            Some(503) => State::NotQueued,
            Some(_) => State::Rejected,
        };
        Self { state, next_attempt_at: None }
    }

    fn of_message(queue: Option<&str>, next_attempt_at: Option<i64>, is_visible: bool) -> Self {
        let state = match (queue, next_attempt_at) {
            (None, _) => State::Gone,
            (Some("dead"), _) => State::Dead,
            (Some("quarantine"), _) => State::Quarantined,
            (Some("done"), _) => State::Delivered,
            (Some(_), Some(_)) => State::Retrying,
            (Some(_), None) if is_visible => State::Queued,
            (Some(_), None) => State::Delivering,
        };
        Self { state, next_attempt_at: next_attempt_at.filter(|_| state == State::Retrying) }
    }

    fn worse(self, other: Self) -> Self {
        let next = [self.next_attempt_at, other.next_attempt_at].into_iter().flatten().min();
        Self { state: self.state.min(other.state), next_attempt_at: next }
    }
}

/// Returns the fates of the deliveries from `first` to `last` that have messages in the file.
///
/// # Errors
/// The file cannot be read.
pub(super) fn of_range(connection: &Connection, first: i64, last: i64) -> rusqlite::Result<HashMap<i64, Fate>> {
    let sql = "SELECT delivery, queue, next_attempt_at, coalesce(visible_at <= ?3, 1)
               FROM delivery_message LEFT JOIN message ON number = message WHERE delivery BETWEEN ?1 AND ?2";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![first, last, Timestamp::now().millis()])?;
    let mut fates = HashMap::new();
    while let Some(row) = rows.next()? {
        let queue: Option<String> = row.get(1)?;
        let fate = Fate::of_message(queue.as_deref(), row.get(2)?, row.get(3)?);
        fates.entry(row.get(0)?).and_modify(|known: &mut Fate| *known = known.worse(fate)).or_insert(fate);
    }
    Ok(fates)
}

/// Returns the fates of the deliveries with these numbers that have messages in the file, each once.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn of_deliveries(connection: &Connection, mut numbers: Vec<i64>) -> rusqlite::Result<Vec<NumberedFate>> {
    numbers.sort_unstable();
    numbers.dedup();
    let mut fates = Vec::with_capacity(numbers.len());
    for number in numbers {
        let fate = of_range(connection, number, number)?.remove(&number);
        fates.extend(fate.map(|fate| NumberedFate { number, fate }));
    }
    Ok(fates)
}

/// Returns the numbers of the messages of a delivery.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn messages_of(connection: &Connection, delivery: i64) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT message FROM delivery_message WHERE delivery = ?1 ORDER BY message";
    connection.prepare(sql)?.query_map([delivery], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_that_most_needs_attention_counts() {
        let of = |messages: &[(Option<&str>, Option<i64>)]| {
            messages
                .iter()
                .map(|(queue, next)| Fate::of_message(*queue, *next, *queue != Some("held")))
                .reduce(Fate::worse)
                .expect("a message")
        };
        let (done, ready, dead) = ((Some("done"), None), (Some("main"), None), (Some("dead"), None));
        for (messages, state, next_attempt_at) in [
            (&[done, done][..], State::Delivered, None),
            (&[done, ready], State::Queued, None),
            (&[done, ready, (Some("held"), None)], State::Delivering, None),
            (&[done, (Some("main"), Some(9)), (Some("main"), Some(7)), ready], State::Retrying, Some(7)),
            (&[(Some("main"), Some(9)), dead], State::Dead, Some(9)),
            (&[(None, None), done], State::Gone, None),
            (&[(Some("quarantine"), None)], State::Quarantined, None),
        ] {
            assert_eq!(of(messages), Fate { state, next_attempt_at }, "{messages:?}");
        }
    }
}
