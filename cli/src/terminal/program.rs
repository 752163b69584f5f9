//! How the user called the program.

use std::env;

/// The beginning of a command line that calls it again: `cargo chathooks`, where cargo runs it, else its name.
pub(crate) fn program() -> &'static str {
    if env::var_os("CARGO_MANIFEST_DIR").is_some() { "cargo chathooks" } else { "chathooks" }
}
