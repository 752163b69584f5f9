//! Properties of the shared crate over arbitrary input, and of the dependencies of the functions.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod acme;
mod envelope;
mod ingest;
mod json_text;
mod keyring;
mod memory;
mod route;
mod timestamp;
mod tree;
mod verify;
