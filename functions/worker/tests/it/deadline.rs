//! The function's own time: what is not done by then has failed, and the rest of the batch still counts.

use std::time::Duration;

use testkit::{Reply, failures};

use crate::bench::{Bench, FIFO, STANDARD, messages};

const DEADLINE: Duration = Duration::from_secs(2);

/// A receiver that never answers the events of these names.
async fn hanging(names: &'static [&'static str], reply: Reply) -> Bench {
    Bench::start(move |request| {
        let hangs = names.iter().any(|name| request.header("webhook-id").ends_with(name));
        if hangs { reply.clone() } else { Reply::Status(200) }
    })
    .await
}

#[tokio::test]
async fn the_answer_comes_before_the_deadline() {
    let bench = hanging(&["a1"], Reply::Hang).await;
    let invocation = bench.deliver_within(STANDARD, &messages(&["a0", "a1", "a2"]), DEADLINE).await;
    assert_eq!(failures(&invocation.outcome), ["m-a1"]);
    assert!(invocation.duration < DEADLINE, "{:?}", invocation.duration);
    assert!(invocation.duration > DEADLINE / 2, "the receiver had {:?} only", invocation.duration);
    let line = bench.worker.log_with("kommo-a1").await;
    assert!(line.contains("it took too long"), "{line}");

    // And the next batch is as if nothing had happened.
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
async fn an_answer_whose_body_never_ends_is_an_answer() {
    let bench = hanging(&["a1"], Reply::Trickle).await;
    let invocation = bench.deliver_within(STANDARD, &messages(&["a1", "a2"]), DEADLINE).await;
    assert!(failures(&invocation.outcome).is_empty());
    assert!(invocation.duration < DEADLINE, "{:?}", invocation.duration);
}

#[tokio::test]
async fn no_time_at_all_is_a_failure_and_not_a_crash() {
    let bench = hanging(&["a1"], Reply::Hang).await;
    let invocation = bench.deliver_within(STANDARD, &messages(&["a1"]), Duration::from_millis(300)).await;
    assert_eq!(failures(&invocation.outcome), ["m-a1"]);
    // The receiver might have handled it, and answered too late.
    assert!(bench.arrived().is_empty());
    let line = bench.worker.log_with("kommo-a1").await;
    assert!(line.contains("too little of the function's time was left to try it"), "{line}");
}
