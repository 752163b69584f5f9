//! The causes of an error.

use std::error::Error;
use std::io;
use std::iter::successors;

/// Returns an error and its causes, the outermost first.
///
/// Unlike `io::Error::source`, this does not skip the error that an `io::Error` wraps.
pub fn error_chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |error| cause_of(*error))
}

/// Returns the first error of this type among an error and its causes.
#[must_use]
pub fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    error_chain(error).find_map(|error| error.downcast_ref())
}

fn cause_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(within) => Some(within),
        None => error.source(),
    }
}
