//! Which secret is accepted for which channel.

use testkit::suite::keyrings;

use crate::{CALLBACK, HOOKS};

#[tokio::test]
async fn with_a_star() {
    keyrings::with_a_star(&CALLBACK).await;
    keyrings::with_a_star(&HOOKS).await;
}

#[tokio::test]
async fn without_a_star() {
    keyrings::without_a_star(&CALLBACK).await;
    keyrings::without_a_star(&HOOKS).await;
}

#[tokio::test]
async fn plain() {
    keyrings::plain(&CALLBACK).await;
    keyrings::plain(&HOOKS).await;
}
