//! The function as it ships, from an HTTP event to the consumer of a real queue.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod privacy;
mod refusals;
mod samples;
mod starts;

use testkit::{Subject, proof};

testkit::suite!(QIKCHAT);

const QIKCHAT: Subject = Subject {
    binary: env!("CARGO_BIN_EXE_qikchat"),
    provider: "qikchat",
    event_type: "in.qikchat",
    root: "/qikchat",
    without_channel: true,
    keyring: "QIKCHAT_LOGIN",
    header: "authorization",
    prove: |login, _| proof::basic(login),
    challenge: Some("Basic"),
    message,
    mandatory: "",
};

fn message(text: &str) -> String {
    let inner = format!(r#"{{"from":"447700900150","timestamp":"2026-11-18T11:36:23.132Z","type":"text","text":{{"body":"{text}"}}}}"#);
    format!(r#"{{"event":"whatsapp:message:in","payload":{{"id":"p-1","contacts":[{{"to":"12025550163"}}],"message":{inner}}}}}"#)
}
