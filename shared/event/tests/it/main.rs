//! The published schemas are the types' own.
//!
//! `UPDATE=1 cargo test -p chathooks-event` writes those of `docs/schema` anew.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod consumer;
mod exact;
mod growth;
mod growth_tests;
mod parsing;
mod plain;
mod published;
mod released;
