//! The sources of settings: the environment, a file, and the demo secrets.

mod env_file;
mod known;
mod sources;

pub(crate) use known::{AWS_CONFIG_FILE, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE};
pub(crate) use sources::{DEMO_DELIVERY_SECRET, Source, Sources};
