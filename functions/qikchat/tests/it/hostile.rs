//! Valid, and out to do harm.

use testkit::suite::hostile;

use crate::QIKCHAT;

#[tokio::test]
async fn deep_json() {
    hostile::deep_json(&QIKCHAT).await;
}

#[tokio::test]
async fn odd_characters() {
    hostile::odd_characters(&QIKCHAT).await;
}

#[tokio::test]
async fn six_megabytes() {
    hostile::six_megabytes(&QIKCHAT).await;
}

#[tokio::test]
async fn odd_requests() {
    hostile::odd_requests(&QIKCHAT).await;
}
