//! A standard queue: all records are handled concurrently, and only the failed ones are reported.

use testkit::Reply;

use crate::bench::{Bench, STANDARD, failing, messages};

#[tokio::test]
async fn ten_records_are_in_flight_at_the_same_time() {
    let bench = Bench::start(|_| Reply::Hold).await;
    // They are in one group, which has no order on a standard queue.
    let messages = messages(&["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"]);
    let release = async {
        // The receiver responds to none of them before all have arrived.
        bench.receiver.received(10).await;
        bench.receiver.release();
    };
    let (failed, ()) = tokio::join!(bench.deliver(STANDARD, &messages), release);
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(bench.receiver.connections(), 10);
}

#[tokio::test]
async fn only_failed_records_are_reported() {
    let bench = Bench::start(failing(&["a1", "b1"])).await;
    let failed = bench.deliver(STANDARD, &messages(&["a0", "a1", "a2", "b0", "b1", "b2"])).await;
    assert_eq!(failed, ["m-a1", "m-b1"]);
    let mut arrived = bench.arrived();
    arrived.sort();
    assert_eq!(arrived, ["kommo-a0", "kommo-a1", "kommo-a2", "kommo-b0", "kommo-b1", "kommo-b2"]);
}

#[tokio::test]
async fn an_empty_batch_is_done() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    assert!(bench.deliver(STANDARD, &[]).await.is_empty());
    assert_eq!(bench.receiver.connections(), 0);
}
