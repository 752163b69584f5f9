//! The function's deadline: what is not done by then has failed, and the rest of the batch still counts.

use std::time::Duration;

use testkit::{Reply, failures};

use crate::bench::{Bench, FIFO, STANDARD, messages};

const DEADLINE: Duration = Duration::from_secs(2);

/// Starts a worker with a receiver that gives this reply to the events with these names.
async fn hanging(names: &'static [&'static str], reply: Reply) -> Bench {
    Bench::start(move |request| {
        let hangs = names.iter().any(|name| request.header("webhook-id").ends_with(name));
        if hangs { reply.clone() } else { Reply::Status(200) }
    })
    .await
}

#[tokio::test]
async fn the_response_is_sent_before_the_deadline() {
    let bench = hanging(&["a1"], Reply::Hang).await;
    let invocation = bench.deliver_within(STANDARD, &messages(&["a0", "a1", "a2"]), DEADLINE).await;
    assert_eq!(failures(&invocation.outcome), ["m-a1"]);
    assert!(invocation.duration < DEADLINE, "{:?}", invocation.duration);
    assert!(invocation.duration > DEADLINE / 2, "the receiver had only {:?}", invocation.duration);
    let line = bench.worker.log_with("kommo-a1").await;
    assert!(line.contains("timed out"), "{line}");

    // The next batch is not affected.
    assert!(bench.deliver(STANDARD, &messages(&["b1"])).await.is_empty());
}

#[tokio::test]
async fn on_fifo_the_rest_of_the_group_fails_before_the_deadline_too() {
    let bench = hanging(&["a2"], Reply::Hang).await;
    let invocation = bench.deliver_within(FIFO, &messages(&["a1", "a2", "a3", "b1"]), DEADLINE).await;
    assert_eq!(failures(&invocation.outcome), ["m-a2", "m-a3"]);
    assert!(invocation.duration < DEADLINE, "{:?}", invocation.duration);
}

#[tokio::test]
async fn a_response_counts_even_if_its_body_never_ends() {
    let bench = hanging(&["a1"], Reply::Trickle).await;
    let invocation = bench.deliver_within(STANDARD, &messages(&["a1", "a2"]), DEADLINE).await;
    assert!(failures(&invocation.outcome).is_empty());
    assert!(invocation.duration < DEADLINE, "{:?}", invocation.duration);
}

#[tokio::test]
async fn too_little_time_is_a_failure_and_not_a_crash() {
    let bench = hanging(&["a1"], Reply::Hang).await;
    let invocation = bench.deliver_within(STANDARD, &messages(&["a1"]), Duration::from_millis(300)).await;
    assert_eq!(failures(&invocation.outcome), ["m-a1"]);
    // The receiver might have handled it but responded too late.
    assert!(bench.arrived().is_empty());
    let line = bench.worker.log_with("kommo-a1").await;
    assert!(line.contains("too little of the function's time was left for an attempt"), "{line}");
}
