//! What is published is what the code does: vectors, OpenAPI document, pages.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod openapi;
mod operations;
mod pages;
mod providers;
mod python;
mod vectors;
