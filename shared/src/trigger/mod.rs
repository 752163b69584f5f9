//! Triggers: which events a function accepts, and how an invocation by any other event fails.

pub mod lenient;

use std::fmt;

use lambda_http::lambda_runtime::Diagnostic;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// An event of the triggers that a function accepts. It deserialises from no other event.
pub trait Trigger: DeserializeOwned + Send + 'static {
    /// What the function expects, as the error of an invocation by any other event.
    const EXPECTED: &'static str;
}

/// The error of an invocation by an event that the function does not accept.
///
/// It says what is expected and quotes nothing of the event.
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

/// An invocation's payload: an event of the function's triggers, or `None`.
///
/// A payload that cannot be deserialised is `None`, too, and is not read to its end: the runtime would
/// answer with the deserialiser's error, which quotes the payload.
pub(crate) struct Payload<E>(pub(crate) Option<E>);

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Payload<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(E::deserialize(deserializer).ok()))
    }
}
