//! The published schemas match the types.
//!
//! `UPDATE=1 cargo test -p chathooks-event` regenerates the schemas in `docs/schema`.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod consumer;
mod exact;
mod growth;
mod growth_tests;
mod parsing;
mod plain;
mod published;
mod released;
