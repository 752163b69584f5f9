//! Checks that hold for every provider: its own tests call them with their [`Subject`](crate::Subject).

pub mod hostile;
pub mod keyrings;
pub mod privacy;
pub mod refusals;
pub mod samples;
pub mod starts;
