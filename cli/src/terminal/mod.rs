//! Terminal output, and stopping on Ctrl-C.

mod count;
pub(crate) mod output;
mod program;
mod progress;
mod stop;

pub(crate) use count::counted;
pub(crate) use program::program;
pub(crate) use progress::Progress;
pub(crate) use stop::{Stop, told_to_stop};
