//! Starts that must fail, and a FIFO queue.

use testkit::suite::starts;

use crate::KOMMO;

#[tokio::test]
async fn failed() {
    starts::failed(&KOMMO).await;
}

#[tokio::test]
async fn fifo() {
    starts::fifo(&KOMMO).await;
}
