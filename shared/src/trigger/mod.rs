//! Triggers: the events that a function accepts, and the error of an invocation with any other event.

pub mod lenient;

use std::fmt;

use lambda_http::lambda_runtime::Diagnostic;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// An event from a trigger that a function accepts. Deserializing any other event fails.
pub trait Trigger: DeserializeOwned + Send + 'static {
    /// The error message of an invocation with any other event: what the function expects.
    const EXPECTED: &'static str;
}

/// The error of an invocation with an event that the function does not accept.
///
/// It states what is expected, and does not quote the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported(pub &'static str);

impl fmt::Display for Unsupported {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for Unsupported {}

impl From<Unsupported> for Diagnostic {
    fn from(error: Unsupported) -> Self {
        Self { error_type: "Trigger.Unsupported".to_owned(), error_message: error.to_string() }
    }
}

/// The payload of an invocation: an event that the function accepts, or `None`.
///
/// A payload that cannot be deserialized is also `None`. If deserializing failed instead, the runtime would return the error,
/// which quotes the payload.
pub(crate) struct Payload<E>(pub(crate) Option<E>);

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Payload<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(E::deserialize(deserializer).ok()))
    }
}
