//! What is published matches the code: test vectors, OpenAPI document, documentation pages, and the rules in the
//! architecture page.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod events;
mod futures;
mod imports;
mod node;
mod openapi;
mod operations;
mod pages;
mod providers;
mod python;
mod queries;
mod scale;
mod shared_code;
mod sources;
mod types;
mod vectors;
mod vocabulary;
