//! How the user started the program.

use std::env;

/// Returns the beginning of a command line that runs this program: `cargo chathooks` if cargo runs it, and `chathooks`
/// otherwise.
pub(crate) fn program() -> &'static str {
    if env::var_os("CARGO_MANIFEST_DIR").is_some() { "cargo chathooks" } else { "chathooks" }
}
