//! What holds for any body of any provider: each event alone is itself again, nobody is guessed, and no customer's words are in
//! another's event. In the pipelines of this process, over all samples and over bodies that are made from them.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod change;
mod customers;
mod events;
mod generated;
mod leaves;
mod samples;
mod tree;
