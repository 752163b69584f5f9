//! The cost of a function's inner work, without network and process: bodies of any size for each webhook ([`Case`]), the worst
//! bodies ([`Worst`]), and the pipeline that handles them ([`Pipeline`]).
//!
//! `cargo bench -p bench-inner` measures time; `make budgets` counts instructions and bytes.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement prints, and reports errors by panicking")]

pub mod budget;
mod case;
mod pipeline;
mod worst;

pub use case::{CASES, Case, SIZES, ten_events};
pub use pipeline::Pipeline;
pub use worst::{MAX_KB, WORST, Worst};
