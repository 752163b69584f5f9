//! Measures the shipped Kommo function beside baselines that do the same work.
//!
//! - [`variant`], [`workshop`], [`packages`], [`build`]: what is measured, and how it is made.
//! - [`certificates`], [`sqs`]: an SQS endpoint over TLS. The Lambda Runtime API is the test kit's.
//! - [`cpu`]: a process's share of a core, and the CPU time it has used, both by the kernel.
//! - [`process`], [`trial`], [`several`], [`worst`]: one process, and what is measured on it.
//! - [`rounds`]: all of it, round by round.
//! - [`figures`], [`statistics`], [`targets`]: what came out.
//! - [`machine`], [`table`], [`plot`], [`cost`], [`page`]: how it is told.
//!
//! It measures no start of a microVM and no distance to SQS: both are the same for all variants, and neither is here.

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
