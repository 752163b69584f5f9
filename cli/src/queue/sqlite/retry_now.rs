//! Retries deliveries immediately, on request.

use rusqlite::{Connection, params};
use serde_json::json;
use shared::timestamp::Timestamp;

use super::queue::SqliteQueue;

impl SqliteQueue {
    /// Makes messages that wait for a retry visible now, and resets dead messages to ready. Returns the number of changed
    /// messages. Quarantined messages, delivered messages and messages in flight do not change. An older message of the same
    /// group is still delivered first.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(crate) async fn retry_now(&self, numbers: Vec<i64>) -> anyhow::Result<usize> {
        let changed = self.work(move |connection| retry_now(connection, &numbers)).await?;
        self.sent.notify_one();
        Ok(changed)
    }
}

fn retry_now(connection: &Connection, numbers: &[i64]) -> rusqlite::Result<usize> {
    let sql = "UPDATE message SET queue = 'main', visible_at = ?2, next_attempt_at = NULL, refused_status = NULL,
                   receive_count = iif(queue = 'dead', 0, receive_count),
                   last_error = iif(queue = 'dead', NULL, last_error), last_cause = iif(queue = 'dead', NULL, last_cause)
               WHERE number IN (SELECT value FROM json_each(?1))
                   AND (queue = 'dead' OR (queue = 'main' AND next_attempt_at IS NOT NULL))";
    connection.execute(sql, params![json!(numbers).to_string(), Timestamp::now().millis()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::sqlite::Settlement;
    use crate::queue::sqlite::in_flight::tests::failure;
    use crate::queue::sqlite::numbering;
    use crate::queue::sqlite::queue::tests::{budget, message};
    use shared::queue::{Destination, Message, Queue};
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn only_waiting_and_dead_messages_are_retried() {
        let folder = tempfile::tempdir().expect("a folder");
        let queue = SqliteQueue::open(&folder.path().join("queue.sqlite3")).expect("a queue");
        let messages: Vec<Message> = ["done", "dead", "again", "held"].map(|id| Message { group: id.to_owned(), ..message(id) }).into();
        let (sent, mut numbers) = numbering(queue.send(Destination::Main, &messages, budget())).await;
        sent.expect("a receipt");
        let malformed = Message { reason: Some("not_json"), ..message("malformed") };
        numbers.extend(numbering(queue.send(Destination::Quarantine, &[malformed], budget())).await.1);
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        let batch = queue.receive(4, LONG).await.expect("a batch").messages;
        let settlements = [Settlement::Done, Settlement::Dead(failure("refused")), Settlement::Again(LONG, failure("busy"))];
        for (message, settlement) in batch.iter().zip(settlements) {
            queue.settle(message.receipt, settlement).await.expect("a file");
        }

        assert_eq!(queue.retry_now(numbers).await.expect("a file"), 2);
        let batch = queue.receive(9, LONG).await.expect("a batch").messages;
        let received: Vec<_> = batch.iter().map(|message| (message.event_id.as_str(), message.receipt.count)).collect();
        assert_eq!(received, [("dead", 1), ("again", 2)]);
    }
}
