//! The contents of a release as users get them: unpacked in an empty folder, on a machine without Rust.
//!
//! `make release` builds all archives, `make archives` only those of the functions, and `.ci/release/check.py` deploys
//! them. These tests need the archives, so `cargo test --workspace` excludes them. Run `cargo test -p tests --test
//! release`.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod cli;
mod functions;
mod unpacked;
