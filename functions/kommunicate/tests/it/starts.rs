//! Starts that must fail, and a FIFO queue.

use testkit::suite::starts;

use crate::KOMMUNICATE;

#[tokio::test]
async fn no_token_is_an_open_door_only_by_name() {
    const SWITCH: &str = "KOMMUNICATE_ALLOW_UNAUTHENTICATED";
    for value in ["yes", "TRUE", "1", " true"] {
        starts::fails(&KOMMUNICATE, SWITCH, &[(SWITCH, Some(value))]).await;
    }
    starts::fails(&KOMMUNICATE, SWITCH, &[(SWITCH, Some("true"))]).await;
    for value in ["", "false"] {
        starts::fails(&KOMMUNICATE, "KOMMUNICATE_TOKEN", &[("KOMMUNICATE_TOKEN", None), (SWITCH, Some(value))]).await;
    }
}
