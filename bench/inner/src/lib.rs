//! What the inside of a function costs, without network and process: bodies of any size for each
//! webhook ([`Case`], and the worst there are: [`Worst`]), and the pipeline that takes them ([`Pipeline`]).
//!
//! `cargo bench -p bench-inner` measures time; `make budgets` counts instructions and bytes.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement fails by a panic that says what is wrong")]

pub mod budget;
mod case;
mod pipeline;
mod worst;

pub use case::{CASES, Case, SIZES, ten_events};
pub use pipeline::Pipeline;
pub use worst::{MAX_KB, WORST, Worst};
