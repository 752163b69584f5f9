use super::*;
use crate::queue::sqlite::queue::tests::{budget, message};
use shared::queue::{Destination, Message, Queue};

const LONG: Duration = Duration::from_secs(60);

/// Returns a queue with messages of these ids. The group of a message is the first letter of its id.
async fn queue(ids: &[&str]) -> (tempfile::TempDir, SqliteQueue) {
    let folder = tempfile::tempdir().expect("a folder");
    let queue = SqliteQueue::open(&folder.path().join("queue.sqlite3")).expect("a queue");
    let messages: Vec<Message> = ids.iter().map(|id| Message { group: id[..1].to_owned(), ..message(id) }).collect();
    queue.send(Destination::Main, &messages, budget()).await.expect("a receipt");
    (folder, queue)
}

/// Returns a failure with that error.
pub(in super::super) fn failure(error: &str) -> Failure {
    Failure { cause: "status_5xx", error: error.to_owned(), status: None }
}

async fn receive(queue: &SqliteQueue, visibility: Duration) -> Vec<InFlight> {
    queue.receive(10, visibility).await.expect("a batch").messages
}

fn ids(messages: &[InFlight]) -> Vec<&str> {
    messages.iter().map(|message| message.event_id.as_str()).collect()
}

#[tokio::test]
async fn the_next_message_of_a_group_waits_for_the_one_in_flight() {
    let (_folder, queue) = queue(&["a1", "a2", "b1", "a3"]).await;
    let first = receive(&queue, LONG).await;
    assert_eq!(ids(&first), ["a1", "b1"]);
    assert!(receive(&queue, LONG).await.is_empty());

    queue.settle(first[0].receipt, Settlement::Again(LONG, failure("refused"))).await.expect("a file");
    queue.settle(first[1].receipt, Settlement::Done).await.expect("a file");
    assert!(receive(&queue, LONG).await.is_empty(), "a2 waits for the retry of a1");

    queue.settle(first[0].receipt, Settlement::Dead(failure("refused"))).await.expect("a file");
    assert_eq!(ids(&receive(&queue, LONG).await), ["a2"]);
}

#[tokio::test]
async fn an_unsettled_message_is_received_again_and_the_older_receipt_is_void() {
    let (_folder, queue) = queue(&["a1"]).await;
    let lost = receive(&queue, Duration::ZERO).await;
    let again = receive(&queue, LONG).await;
    assert_eq!((ids(&again), again[0].receipt.count), (vec!["a1"], 2));
    queue.settle(lost[0].receipt, Settlement::Done).await.expect("a file");
    queue.settle(again[0].receipt, Settlement::Untouched).await.expect("a file");
    let third = receive(&queue, LONG).await;
    assert_eq!((ids(&third), third[0].receipt.count), (vec!["a1"], 2));
}

#[tokio::test]
async fn a_receive_returns_when_the_next_message_is_visible() {
    let (_folder, queue) = queue(&["a1", "b1"]).await;
    let batch = queue.receive(1, LONG).await.expect("a batch");
    assert_eq!((ids(&batch.messages), batch.next), (vec!["a1"], Some(LONG)));
    let batch = queue.receive(1, LONG / 2).await.expect("a batch");
    assert!(batch.next.is_some_and(|next| next <= LONG / 2), "{:?}", batch.next);
    queue.settle(batch.messages[0].receipt, Settlement::Done).await.expect("a file");
    assert!(queue.receive(1, LONG).await.expect("a batch").next.is_some_and(|next| next > LONG / 2));
}

#[tokio::test]
async fn a_quarantined_message_is_not_received() {
    let (_folder, queue) = queue(&[]).await;
    queue.send(Destination::Quarantine, &[message("a")], budget()).await.expect("a receipt");
    let batch = queue.receive(10, LONG).await.expect("a batch");
    assert!(batch.messages.is_empty() && batch.next.is_none(), "{batch:?}");
}
