//! The function as it ships, from an HTTP event to the consumer of a real queue.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod privacy;
mod refusals;
mod roles;
mod samples;
mod starts;

use testkit::{Subject, proof};

testkit::suite!(CALLBACK, HOOKS);

/// Kore.ai delivers a bot's answers.
const CALLBACK: Subject = Subject {
    binary: env!("CARGO_BIN_EXE_kore"),
    provider: "kore",
    event_type: "ai.kore",
    root: "/kore/callback",
    without_channel: false,
    keyring: "KORE_ACCESS_TOKEN",
    header: "authorization",
    prove: |token, _| format!("bearer {token}"),
    challenge: Some("Bearer"),
    message: |text| format!(r#"{{"text":"{text}","to":"lena","from":"st-1"}}"#),
    mandatory: "",
};

/// Clients call us as they would call Kore.ai.
const HOOKS: Subject = Subject {
    root: "/kore/chatbot/hooks",
    keyring: "KORE_CLIENT",
    prove: |client, _| proof::jwt(client),
    message: |text| format!(r#"{{"message":{{"text":"{text}"}},"from":{{"id":"lena"}},"to":{{"id":"Kore.ai"}}}}"#),
    mandatory: r#""from":{"id":"lena"},"#,
    ..CALLBACK
};
