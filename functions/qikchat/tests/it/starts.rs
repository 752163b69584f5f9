//! Starts that must fail, and a FIFO queue.

use testkit::suite::starts;

use crate::QIKCHAT;

#[tokio::test]
async fn half_a_login_is_none() {
    for value in [
        "user-482915730648217",
        ":482915730648217",
        "482915730648217:",
        " : ",
        r#"{"*":"482915730648217"}"#,
        r#"{"*":["a:b","482915730648217:"]}"#,
    ] {
        starts::fails(&QIKCHAT, "QIKCHAT_LOGIN", &[("QIKCHAT_LOGIN", Some(value))]).await;
    }
}
