//! What a release consists of, as its users get it: unpacked in an empty folder, on a machine without Rust.
//!
//! `make release` builds the archives, and `make archives` those of the functions; `.ci/release/check.py` deploys them. These
//! tests need them built, and so are no part of `cargo test --workspace`: `cargo test -p tests --test release`.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod cli;
mod functions;
mod unpacked;
