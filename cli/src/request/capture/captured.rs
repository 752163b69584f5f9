//! A captured request.

use shared::received::Received;

/// A request, and what it was read from.
#[derive(Debug)]
pub(crate) struct Captured {
    /// The request.
    pub(crate) request: Received,
    /// The form, in words.
    pub(crate) form: &'static str,
    /// What the form does not hold, or what was left out of it.
    pub(crate) notes: Vec<String>,
}
