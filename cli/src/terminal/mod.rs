//! Terminal output, and stopping on Ctrl-C.

pub(crate) mod output;
mod program;
mod progress;
mod stop;

pub(crate) use program::program;
pub(crate) use progress::Progress;
pub(crate) use stop::{Stop, told_to_stop};
