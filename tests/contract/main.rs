//! What is published is what the code does: vectors, OpenAPI document, pages, and the rules that the code's map names.

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
