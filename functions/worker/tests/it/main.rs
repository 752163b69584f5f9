//! The worker's binary as Lambda runs it, with batches from the Runtime API and a receiver on loopback.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod bench;
mod causes;
mod connections;
mod days;
mod dead_letters;
mod deadline;
mod fifo;
mod poison;
mod privacy;
mod queue;
mod receivers;
mod signatures;
mod standard;
mod starts;
mod tls;
mod traces;
mod triggers;
mod visibility;
