//! What a provider is to the pipeline: a name, a path, a proof, and a reading of bodies.

use std::fmt;
use std::time::Duration;

use crate::event::Event;
use crate::json::Value;
use crate::received::Received;
use crate::timestamp::Timestamp;
use crate::verify::{Proof, Refusal};

/// What is fixed about a provider.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The first segment of the path, and the beginning of every id.
    pub name: &'static str,
    /// The reverse domain name before the kind in an event's `type`.
    pub event_type: &'static str,
    /// The scheme that a 401 asks for; none where HTTP has no name for it.
    pub challenge: Option<&'static str>,
    /// From the receipt of the event to the last moment of the enqueue, where the setting is missing.
    pub ack_budget: Duration,
}

/// The ack budget of a provider whose own limit is two seconds or unknown.
pub const DEFAULT_ACK_BUDGET: Duration = Duration::from_millis(1500);

/// A sender of webhooks. One with several roles on the wire is several providers with one name.
pub trait Provider: Send + Sync {
    /// What is fixed about it.
    fn about(&self) -> &'static About;

    /// Which of these path segments (after the provider's name, percent-encoded) names the channel.
    ///
    /// `None` is a path that this provider does not have; `Some(None)` one without a channel.
    fn route<'p>(&self, segments: &[&'p str]) -> Option<Option<&'p str>> {
        match segments {
            [] => Some(None),
            [channel] => Some(Some(channel)),
            _ => None,
        }
    }

    /// Checks the proof over the raw bytes, before anything is parsed.
    ///
    /// # Errors
    /// The one reason to refuse it.
    fn verify(&self, request: &Received, channel: Option<&str>, now: Timestamp) -> Result<Proof, Refusal>;

    /// The header with a signature over the body, where the proof is one: what an envelope keeps of a
    /// proof, so that it can be checked again.
    fn signature_header(&self) -> Option<&'static str> {
        None
    }

    /// Reads the events of an object or array, in their order.
    ///
    /// An unknown shape is an event of kind unknown, and no event is the same as one of kind unknown.
    ///
    /// # Errors
    /// A field is missing without which the provider's own rules make the body invalid.
    fn events(&self, body: &Value<'_>, channel: Option<&str>) -> Result<Vec<Event>, Malformed>;

    /// The text answered with a 200, where the provider expects one.
    fn reply(&self) -> Option<&str> {
        None
    }
}

/// Proves a request as the provider itself would: for samples and local tools.
pub trait Sign: Provider {
    /// The headers that prove a body to be the sender's, with the newest key of the channel.
    /// None where the keyring has none for it.
    fn sign(&self, channel: Option<&str>, body: &[u8]) -> Option<Vec<(String, String)>>;

    /// How many keys are accepted for a channel.
    fn keys(&self, channel: Option<&str>) -> usize;
}

/// Why a body that proved itself cannot be an event: it is quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It is not JSON.
    NotJson,
    /// It is JSON, and neither an object nor an array.
    Scalar,
    /// A mandatory field is missing.
    MissingField(&'static str),
}

impl Malformed {
    /// The reason as a log field and a message attribute.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Scalar => "scalar",
            Self::MissingField(_) => "missing_field",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson => out.write_str("the body is not JSON"),
            Self::Scalar => out.write_str("the body is neither a JSON object nor an array"),
            Self::MissingField(field) => write!(out, "the field `{field}` is missing, and it is mandatory"),
        }
    }
}
