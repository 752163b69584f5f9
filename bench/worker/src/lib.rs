//! Measures the shipped worker and baselines that do the same work: events per second through one process, and CPU per event.
//!
//! - [`variant`]: the measured programs, and how they are built.
//! - [`load`]: the batches that they receive.
//! - [`receiver`]: the server that they deliver to, which checks each delivery.
//! - [`trial`]: one process and its measurements.
//! - [`figures`], [`table`]: the results and their presentation.
//!
//! Everything else, such as processes and their CPU time, comes from `bench-lambda`.

pub mod figures;
pub mod load;
pub mod receiver;
pub mod table;
pub mod trial;
pub mod variant;
