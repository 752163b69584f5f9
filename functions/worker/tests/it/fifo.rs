//! A FIFO queue, recognized by its ARN: a group is handled in order, and the events after a failed one fail with it.

use testkit::Reply;

use crate::bench::{Bench, FIFO, failing, messages};

/// Returns the events of a group, in order of arrival.
fn of_group(bench: &Bench, group: &str) -> Vec<String> {
    bench.arrived().into_iter().filter(|id| id.starts_with(&format!("kommo-{group}"))).collect()
}

#[tokio::test]
async fn the_events_of_a_group_are_delivered_one_at_a_time_in_order() {
    let bench = Bench::start(|_| Reply::Hold).await;
    let messages = messages(&["a1", "b1", "a2", "b2", "a3"]);
    let release = async {
        // The first event of each group arrives, and no second one before the first has a response.
        let first = bench.receiver.received(2).await;
        let mut first: Vec<&str> = first.iter().map(testkit::Arrival::id).collect();
        first.sort_unstable();
        assert_eq!(first, ["kommo-a1", "kommo-b1"]);
        bench.receiver.release();
    };
    let (failed, ()) = tokio::join!(bench.deliver(FIFO, &messages), release);
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(of_group(&bench, "a"), ["kommo-a1", "kommo-a2", "kommo-a3"]);
    assert_eq!(of_group(&bench, "b"), ["kommo-b1", "kommo-b2"]);
}

#[tokio::test]
async fn the_rest_of_a_failed_group_fails_and_other_groups_continue() {
    let bench = Bench::start(failing(&["a2"])).await;
    let failed = bench.deliver(FIFO, &messages(&["a1", "a2", "b1", "a3", "b2", "a4"])).await;
    assert_eq!(failed, ["m-a2", "m-a3", "m-a4"]);
    assert_eq!(of_group(&bench, "a"), ["kommo-a1", "kommo-a2"], "the events after it are not delivered");
    assert_eq!(of_group(&bench, "b"), ["kommo-b1", "kommo-b2"]);
    let line = bench.worker.log_with("kommo-a3").await;
    assert!(line.contains("an earlier event of its group failed"), "{line}");
}
