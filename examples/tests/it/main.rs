//! The examples as a user runs them: real programs, a real SQS server, events by the real pipeline.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod answering;
mod consume;
mod feed;
mod folders;
mod handle;
mod lambda;
mod not_an_event;
mod opentelemetry;
mod program;
mod receive;
mod receiver;
mod templates;
mod types;
