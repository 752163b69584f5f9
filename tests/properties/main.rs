//! What holds for any body of any provider: each event sent alone yields the same event, no person is guessed, and no
//! customer's data appears in another's event. Runs the pipelines in this process, over all samples and over bodies
//! generated from them.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod change;
mod customers;
mod events;
mod generated;
mod leaves;
mod samples;
mod tree;
