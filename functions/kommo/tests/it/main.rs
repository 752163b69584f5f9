//! The function as it ships, from an HTTP event to the consumer of a real queue.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod keyrings;
mod privacy;
mod refusals;
mod samples;
mod triggers;

use testkit::{Subject, proof};

testkit::suite!(KOMMO);

const KOMMO: Subject = Subject {
    binary: env!("CARGO_BIN_EXE_kommo"),
    provider: "kommo",
    event_type: "com.kommo",
    root: "/kommo",
    without_channel: true,
    keyring: "KOMMO_SECRET",
    header: "x-signature",
    prove: proof::hmac_sha1,
    challenge: None,
    message,
    mandatory: "",
};

fn message(text: &str) -> String {
    let about = r#""receiver":{"id":"r-1"},"sender":{"id":"s-1"},"conversation":{"id":"c-1"},"msec_timestamp":1794993047994"#;
    format!(r#"{{"account_id":"a-1","message":{{{about},"message":{{"id":"m-1","type":"text","text":"{text}"}}}}}}"#)
}
