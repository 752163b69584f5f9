//! Connections to the receiver: reused where possible, and replaced otherwise.

use std::time::Duration;

use testkit::{Reply, failures};

use crate::bench::{Bench, FIFO, STANDARD, messages};

#[tokio::test]
async fn one_connection_serves_many_deliveries() {
    let bench = Bench::start(|_| Reply::Body(10_000)).await;
    for _ in 0..3 {
        assert!(bench.deliver(FIFO, &messages(&["a1", "a2", "a3", "a4", "a5"])).await.is_empty());
    }
    assert_eq!((bench.arrived().len(), bench.receiver.connections()), (15, 1));
}

#[tokio::test]
async fn a_large_batch_opens_no_more_connections_than_the_process_can() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    let names: Vec<String> = (0..600).map(|number| format!("a{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(bench.deliver(STANDARD, &messages(&names)).await.is_empty());
    assert_eq!(bench.arrived().len(), 600);
    assert!(bench.receiver.connections() <= 256, "{}", bench.receiver.connections());
}

#[tokio::test]
async fn a_receiver_that_hangs_on_some_events_does_not_delay_a_large_batch() {
    let bench = Bench::start(|request| match request.header("webhook-id") {
        "kommo-a0" => Reply::Hang,
        _ => Reply::Status(200),
    })
    .await;
    let names: Vec<String> = (0..600).map(|number| format!("a{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let invocation = bench.deliver_within(STANDARD, &messages(&names), Duration::from_secs(5)).await;
    assert_eq!(failures(&invocation.outcome), ["m-a0"]);
}

#[tokio::test]
async fn a_failed_response_costs_no_connection() {
    let bench = Bench::start(|_| Reply::Status(500)).await;
    for _ in 0..3 {
        assert_eq!(bench.deliver(STANDARD, &messages(&["a1"])).await, ["m-a1"]);
    }
    assert_eq!(bench.receiver.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_the_receiver_closed_fails_no_delivery() {
    let bench = Bench::start(|_| Reply::CloseAfterAnswer).await;
    for _ in 0..5 {
        assert!(bench.deliver(STANDARD, &messages(&["a1"])).await.is_empty());
    }
    assert_eq!((bench.arrived().len(), bench.receiver.connections()), (5, 5));
}

#[tokio::test]
async fn a_body_that_is_too_long_costs_only_its_connection() {
    let bench = Bench::start(|_| Reply::Body(3_000_000)).await;
    for _ in 0..2 {
        assert!(bench.deliver(STANDARD, &messages(&["a1"])).await.is_empty());
    }
    assert_eq!(bench.receiver.connections(), 2);
}
