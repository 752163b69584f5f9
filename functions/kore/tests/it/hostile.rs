//! Valid, and out to do harm.

use testkit::suite::hostile;

use crate::{CALLBACK, HOOKS};

#[tokio::test]
async fn deep_json() {
    hostile::deep_json(&CALLBACK).await;
    hostile::deep_json(&HOOKS).await;
}

#[tokio::test]
async fn odd_characters() {
    hostile::odd_characters(&CALLBACK).await;
    hostile::odd_characters(&HOOKS).await;
}

#[tokio::test]
async fn six_megabytes() {
    hostile::six_megabytes(&CALLBACK).await;
    hostile::six_megabytes(&HOOKS).await;
}

#[tokio::test]
async fn odd_requests() {
    hostile::odd_requests(&CALLBACK).await;
    hostile::odd_requests(&HOOKS).await;
}
