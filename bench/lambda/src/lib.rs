//! Measures the shipped Kommo function and baselines that do the same work.
//!
//! - [`variant`], [`workshop`], [`packages`], [`build`]: the measured programs, and how they are built.
//! - [`certificates`], [`sqs`]: an SQS endpoint over TLS. The Lambda Runtime API comes from the test kit.
//! - [`cpu`]: a process's share of a core and its CPU time, both from the kernel.
//! - [`process`], [`trial`], [`several`], [`worst`]: one process and its measurements.
//! - [`rounds`]: the whole run, round by round.
//! - [`figures`], [`statistics`], [`targets`]: the results.
//! - [`machine`], [`table`], [`plot`], [`cost`], [`page`]: the presentation of the results.
//!
//! The start of a microVM and the distance to SQS are not measured. They are the same for all variants.

pub mod build;
pub mod certificates;
pub mod cost;
pub mod cpu;
pub mod event;
pub mod figures;
pub mod machine;
pub mod packages;
pub mod page;
pub mod plot;
pub mod process;
pub mod progress;
pub mod rounds;
pub mod several;
pub mod sqs;
pub mod statistics;
pub mod table;
pub mod targets;
pub mod trial;
pub mod variant;
pub mod workshop;
pub mod worst;
