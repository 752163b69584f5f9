//! Valid, and out to do harm.

use testkit::suite::hostile;

use crate::KOMMO;

#[tokio::test]
async fn deep_json() {
    hostile::deep_json(&KOMMO).await;
}

#[tokio::test]
async fn odd_characters() {
    hostile::odd_characters(&KOMMO).await;
}

#[tokio::test]
async fn six_megabytes() {
    hostile::six_megabytes(&KOMMO).await;
}

#[tokio::test]
async fn odd_requests() {
    hostile::odd_requests(&KOMMO).await;
}
