//! A captured request.

use shared::received::Received;

/// A request, and the form that it was read from.
#[derive(Debug)]
pub(crate) struct Captured {
    /// The request.
    pub(crate) request: Received,
    /// The name of the form.
    pub(crate) form: &'static str,
    /// Notes for the user: what the form does not contain, or what was ignored.
    pub(crate) notes: Vec<String>,
}
