use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::queue::fake_sink::{Answer, CALL, FakeSink, message, passing, refusal};
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
async fn the_fallback_takes_over_what_is_missing() {
    let main = FakeSink::unordered().script([Answer::Takes], Answer::Hangs);
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 25).await, (from(QueueName::Fallback), BUDGET / 3 + CALL));
    assert_eq!((queue.main.stored().len(), queue.fallback.as_ref().expect("a fallback").stored().len()), (10, 15));
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_goes_on_and_may_complete_what_the_fallback_began() {
    let main = FakeSink::unordered().script([Answer::Hangs], Answer::Takes);
    let fallback = FakeSink::unordered().script([], Answer::Hangs);
    let queue = hedged(main, fallback);
    let (outcome, _) = send(&queue, Destination::Main, 25).await;
    assert_eq!((outcome, queue.main.stored().len()), (from(QueueName::Main), 25));
    assert_eq!(queue.fallback.expect("a fallback").calls(), [(0..10).map(|n| format!("{n:02}")).collect::<Vec<_>>()]);
}

#[tokio::test(start_paused = true)]
async fn the_two_of_them_may_share_a_request() {
    let main = FakeSink::unordered().script([Answer::FailsAt(vec![3], refusal())], Answer::Takes);
    let fallback = FakeSink::unordered();
    let queue = hedged(main, fallback);
    assert_eq!(send(&queue, Destination::Main, 25).await, (from(QueueName::Fallback), 2 * CALL));
    assert_eq!((queue.main.stored().len(), queue.fallback.expect("a fallback").stored()), (24, vec!["03".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn the_fallback_does_not_wait_for_the_rest_of_what_was_refused() {
    let main = FakeSink::unordered().script([Answer::FailsAt(vec![3], refusal())], Answer::Hangs);
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 25).await, (from(QueueName::Fallback), 2 * CALL));
}

#[tokio::test(start_paused = true)]
async fn it_starts_at_once_where_every_call_is_refused() {
    let main = FakeSink::unordered().script([], Answer::Fails(Failure::new("AccessDenied", false)));
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 1).await, (from(QueueName::Fallback), 2 * CALL));
    assert_eq!(queue.main.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn it_is_left_alone_while_the_main_queue_answers() {
    let main = FakeSink::unordered().script([Answer::Fails(passing())], Answer::Takes);
    let queue = hedged(main, FakeSink::unordered());
    assert_eq!(send(&queue, Destination::Main, 25).await.0, from(QueueName::Main));
    assert!(queue.fallback.expect("a fallback").calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_quarantine_that_refuses_starts_the_next_queue_alone() {
    let refuses = || FakeSink::unordered().script([], Answer::FailsAt(vec![0], refusal()));
    let queue = Hedged { quarantine: Some(refuses()), ..hedged(FakeSink::unordered(), FakeSink::unordered()) };
    assert_eq!(send(&queue, Destination::Quarantine, 1).await, (from(QueueName::Main), 2 * CALL));
    assert!(queue.fallback.expect("a fallback").calls().is_empty());
    let queue = Hedged { quarantine: Some(refuses()), ..hedged(refuses(), FakeSink::unordered()) };
    assert_eq!(send(&queue, Destination::Quarantine, 1).await, (from(QueueName::Fallback), 3 * CALL));
}

#[tokio::test(start_paused = true)]
async fn where_all_refuse_it_says_so_without_waiting() {
    let refuses = || FakeSink::unordered().script([], Answer::FailsAt(vec![0], refusal()));
    let queue = hedged(refuses(), refuses());
    let refused = Err(NotQueued { code: "InvalidMessageContents".to_owned() });
    assert_eq!(send(&queue, Destination::Main, 2).await, (refused, 2 * CALL));
}
