//! Starts that must fail, and a FIFO queue.

use testkit::suite::starts;

use crate::{CALLBACK, HOOKS};

#[tokio::test]
async fn half_a_client_is_none() {
    for value in ["client-482915730648217", ":482915730648217", "482915730648217:", r#"{"*":["a:b","482915730648217:"]}"#] {
        starts::fails(&HOOKS, "KORE_CLIENT", &[("KORE_CLIENT", Some(value))]).await;
    }
}

#[tokio::test]
async fn a_header_must_be_able_to_be_one() {
    for value in ["x token", "x-token:", "x-t\u{f6}ken", "\"x\""] {
        starts::fails(&CALLBACK, "KORE_TOKEN_HEADER", &[("KORE_TOKEN_HEADER", Some(value))]).await;
    }
}
