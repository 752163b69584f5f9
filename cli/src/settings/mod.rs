//! Where settings come from: the environment, a file, and the demo secrets.

mod env_file;
mod sources;

pub(crate) use sources::{DEMO_DELIVERY_SECRET, Source, Sources};
