//! Terminal output with its counts and durations, and stopping on Ctrl-C.

mod count;
mod duration;
pub(crate) mod output;
mod program;
mod progress;
mod stop;

pub(crate) use count::counted;
pub(crate) use duration::rounded;
pub(crate) use program::program;
pub(crate) use progress::Progress;
pub(crate) use stop::{Stop, told_to_stop};
