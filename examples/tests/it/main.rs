//! The examples as users run them: real programs, a real SQS server, and events from the real pipeline.

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
