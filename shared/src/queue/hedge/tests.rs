use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::queue::fake_sink::{Answer, CALL, FakeSink, message, permanent_failure, transient_failure};
use crate::queue::sink::Failure;

const BUDGET: Duration = Duration::from_millis(1500);

fn hedged(main: FakeSink, fallback: FakeSink) -> Hedged<FakeSink> {
    Hedged { main, fallback: Some(fallback), quarantine: None }
}

async fn send(queue: &Hedged<FakeSink>, to: Destination, count: usize) -> (Result<Receipt, NotQueued>, Duration) {
    let messages: Vec<Message> = (0..count).map(|n| message(&n.to_string(), format!("{n:02}"))).collect();
    let started = Instant::now();
    (queue.send(to, &messages, Budget { started, length: BUDGET }).await, started.elapsed())
}

fn from(queue: QueueName) -> Result<Receipt, NotQueued> {
    Ok(Receipt { queue })
}

#[tokio::test(start_paused = true)]
async fn the_fallback_gets_the_messages_that_are_missing() {
    let main = FakeSink::unordered().script([Answer::Takes], Answer::Hangs);
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 25).await, (from(QueueName::Fallback), BUDGET / 3 + CALL));
    assert_eq!((queue.main.stored().len(), queue.fallback.as_ref().expect("a fallback").stored().len()), (10, 15));
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_continues_and_can_still_complete() {
    let main = FakeSink::unordered().script([Answer::Hangs], Answer::Takes);
    let fallback = FakeSink::unordered().script([], Answer::Hangs);
    let queue = hedged(main, fallback);
    let (outcome, _) = send(&queue, Destination::Main, 25).await;
    assert_eq!((outcome, queue.main.stored().len()), (from(QueueName::Main), 25));
    assert_eq!(queue.fallback.expect("a fallback").calls(), [(0..10).map(|n| format!("{n:02}")).collect::<Vec<_>>()]);
}

#[tokio::test(start_paused = true)]
async fn two_queues_can_share_a_request() {
    let main = FakeSink::unordered().script([Answer::FailsAt(vec![3], permanent_failure())], Answer::Takes);
    let fallback = FakeSink::unordered();
    let queue = hedged(main, fallback);
    assert_eq!(send(&queue, Destination::Main, 25).await, (from(QueueName::Fallback), 2 * CALL));
    assert_eq!((queue.main.stored().len(), queue.fallback.expect("a fallback").stored()), (24, vec!["03".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn the_fallback_does_not_wait_for_calls_after_a_permanent_failure() {
    let main = FakeSink::unordered().script([Answer::FailsAt(vec![3], permanent_failure())], Answer::Hangs);
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 25).await, (from(QueueName::Fallback), 2 * CALL));
}

#[tokio::test(start_paused = true)]
async fn the_fallback_starts_immediately_if_every_call_fails_permanently() {
    let main = FakeSink::unordered().script([], Answer::Fails(Failure::new("AccessDenied", false)));
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 1).await, (from(QueueName::Fallback), 2 * CALL));
    assert_eq!(queue.main.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_fallback_is_not_used_while_the_main_queue_responds() {
    let main = FakeSink::unordered().script([Answer::Fails(transient_failure())], Answer::Takes);
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 25).await.0, from(QueueName::Main));
    assert!(queue.fallback.expect("a fallback").calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_quarantine_queue_starts_only_the_next_queue() {
    let failing = || FakeSink::unordered().script([], Answer::FailsAt(vec![0], permanent_failure()));
    let queue = Hedged { quarantine: Some(failing()), ..hedged(FakeSink::unordered(), FakeSink::unordered()) };
    assert_eq!(send(&queue, Destination::Quarantine, 1).await, (from(QueueName::Main), 2 * CALL));
    assert!(queue.fallback.expect("a fallback").calls().is_empty());
    let queue = Hedged { quarantine: Some(failing()), ..hedged(failing(), FakeSink::unordered()) };
    assert_eq!(send(&queue, Destination::Quarantine, 1).await, (from(QueueName::Fallback), 3 * CALL));
}

#[tokio::test(start_paused = true)]
async fn if_all_queues_fail_the_error_is_returned_without_waiting() {
    let failing = || FakeSink::unordered().script([], Answer::FailsAt(vec![0], permanent_failure()));
    let queue = hedged(failing(), failing());
    let refused = Err(NotQueued { code: "InvalidMessageContents".to_owned() });
    assert_eq!(send(&queue, Destination::Main, 2).await, (refused, 2 * CALL));
}
