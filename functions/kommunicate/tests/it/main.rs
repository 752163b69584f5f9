//! The function as it ships, from an HTTP event to the consumer of a real queue.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod hostile;
mod keyrings;
mod privacy;
mod refusals;
mod samples;
mod starts;

use testkit::{Subject, proof};

testkit::suite!(KOMMUNICATE);

const KOMMUNICATE: Subject = Subject {
    binary: env!("CARGO_BIN_EXE_kommunicate"),
    provider: "kommunicate",
    event_type: "io.kommunicate",
    root: "/kommunicate",
    without_channel: true,
    keyring: "KOMMUNICATE_TOKEN",
    header: "authentication",
    prove: |token, _| proof::basic(token),
    challenge: Some("Basic"),
    message,
    mandatory: "",
};

fn message(text: &str) -> String {
    format!(r#"{{"key":"5-a-1","from":"ana","to":"luis","message":"{text}","timeStamp":1795007269667}}"#)
}
