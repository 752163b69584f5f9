//! From the webhook to the receiver, with only real parts: function, SQS, event source mapping, worker, HTTP. Despite
//! faults at both ends, every acknowledged event arrives.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod chance;
mod flood;
mod line;
mod outage;
mod sender;
mod trace;

use crate::line::Line;

#[tokio::test]
async fn a_standard_queue_delivers_every_acknowledged_event() {
    let line = Line::start(false).await;
    line.run(500).await;
}

#[tokio::test]
async fn a_fifo_queue_delivers_every_acknowledged_event_in_the_order_of_its_conversation() {
    let line = Line::start(true).await;
    line.run(500).await;
}
