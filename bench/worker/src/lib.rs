//! Measures the shipped worker beside baselines that do the same work: events per second through one process, and CPU
//! per event.
//!
//! - [`variant`]: what is measured, and how it is made.
//! - [`load`]: the batches that it is given.
//! - [`receiver`]: what it delivers to; it checks each delivery.
//! - [`trial`]: one process, and what is measured on it.
//! - [`figures`], [`table`]: what came out, and how it is told.
//!
//! The rest, such as processes and their CPU time, is that of `bench-lambda`.

pub mod figures;
pub mod load;
pub mod receiver;
pub mod table;
pub mod trial;
pub mod variant;
