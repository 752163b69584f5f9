//! 200 means queued, whatever SQS does: every function's binary against an endpoint that injects faults.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod batch;
mod budget;
mod cell;
mod certificates;
mod connection;
mod hedge;
mod kept;
mod kill;
mod matrix;
mod place;
mod privacy;
mod quarantine;
mod role;
mod trouble;
