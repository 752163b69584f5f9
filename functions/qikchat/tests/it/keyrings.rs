//! Which secret is accepted for which channel.

use testkit::suite::keyrings;

use crate::QIKCHAT;

#[tokio::test]
async fn with_a_star() {
    keyrings::with_a_star(&QIKCHAT).await;
}

#[tokio::test]
async fn without_a_star() {
    keyrings::without_a_star(&QIKCHAT).await;
}

#[tokio::test]
async fn plain() {
    keyrings::plain(&QIKCHAT).await;
}
