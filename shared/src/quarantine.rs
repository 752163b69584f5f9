//! Parses quarantined messages again with the current code.
//!
//! The envelope of a quarantined message holds the body and its signature, but no other header. A signature is verified again
//! with the keyring in force. Other proofs, such as tokens, are verified on receipt and not stored, so for their schemes this
//! module trusts everyone who can write to the quarantine queue.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::endpoint::Endpoint;
use crate::envelope::Envelope;
use crate::event::{CloudEvent, Encoding, Kind};
use crate::parse::{self, Event, Identity, Malformed};
use crate::queue::Message;
use crate::received::Received;
use crate::timestamp::Timestamp;
use crate::verify::Refusal;

/// Why a quarantined message remains in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// The body is still malformed.
    Malformed(Malformed),
    /// The signature does not match a secret in the keyring in force.
    Refused(Refusal),
    /// The body is not the received one: its digest differs, or it is only a part.
    Altered,
    /// The message names a provider that is unknown or has no secret.
    UnknownProvider,
    /// More than one of the provider's webhooks could have received the message, and it does not say which.
    Ambiguous,
    /// An event would not fit into a queue message.
    TooLarge,
}

impl Remains {
    /// Returns the reason as one word.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed(malformed) => malformed.reason(),
            Self::Refused(refusal) => refusal.reason(),
            Self::Altered => "altered",
            Self::UnknownProvider => "unknown_provider",
            Self::Ambiguous => "ambiguous",
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for Remains {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(out),
            Self::Refused(refusal) => refusal.fmt(out),
            Self::Altered => out.write_str("the body is not the one received"),
            Self::UnknownProvider => out.write_str("the provider is unknown or has no secret"),
            Self::Ambiguous => out.write_str("more than one webhook of the provider could have received it"),
            Self::TooLarge => out.write_str("the event would not fit into a queue message of 1 MiB"),
        }
    }
}

/// Returns the queue messages for the events of a quarantined body, as for a new delivery of that body.
///
/// Their time is the one that the provider gives, otherwise the time of the original receipt. An event without an identity
/// gets one derived from the id of the envelope, so that parsing twice gives the same ids. `ordered` states whether the target queue
/// keeps the order within a conversation.
///
/// # Errors
/// Returns why the message remains in quarantine.
pub fn parse_again(endpoints: &[Endpoint], envelope: &CloudEvent, trace: Option<&str>, ordered: bool) -> Result<Vec<Message>, Remains> {
    let body = body(envelope).ok_or(Remains::Altered)?;
    let candidates = endpoints.iter().filter(|endpoint| endpoint.provider.name == envelope.data.provider);
    let (mut readings, mut remains) = (Vec::new(), Remains::UnknownProvider);
    for endpoint in candidates {
        match messages(endpoint, envelope, &body, trace, ordered) {
            Ok(messages) => readings.push(messages),
            Err(reason) => remains = reason,
        }
    }
    if readings.len() > 1 {
        // The envelope does not name the webhook. To every other webhook, the body has an unknown shape.
        readings.retain(|messages| messages.iter().any(|message| message.kind != Kind::Unknown));
        remains = Remains::Ambiguous;
    }
    let messages = if readings.len() == 1 { readings.pop() } else { None };
    messages.ok_or(remains)
}

fn messages(endpoint: &Endpoint, envelope: &CloudEvent, body: &[u8], trace: Option<&str>, ordered: bool) -> Result<Vec<Message>, Remains> {
    let channel = envelope.data.channel.as_deref();
    if endpoint.webhook.scheme.signs_body() {
        let signature = envelope.data.original.signature.clone();
        let headers = signature.map(|signature| (endpoint.header().to_owned(), signature)).into_iter().collect();
        let request = Received { headers, body: body.to_vec(), ..Received::default() };
        endpoint.verify(&request, channel, Timestamp::now()).map_err(Remains::Refused)?;
    }
    let mut parsed = parse::parse(endpoint.webhook.parse, body, channel).map_err(Remains::Malformed)?;
    for (index, event) in parsed.events.iter_mut().flatten().enumerate() {
        identify(event, &format!("{}:{index}", envelope.id));
    }
    let envelope = Envelope::again(endpoint.provider, envelope, body, trace);
    envelope.messages(&parsed.document, parsed.events, ordered).map_err(|_| Remains::TooLarge)
}

fn identify(event: &mut Event, name: &str) {
    if event.identity == Identity::Fresh {
        event.identity = Identity::Given(name.to_owned());
    }
}

/// Returns the received bytes, or `None` if the envelope does not hold them unaltered.
fn body(envelope: &CloudEvent) -> Option<Vec<u8>> {
    let original = &envelope.data.original;
    let body = match original.encoding {
        Encoding::Utf8 => original.body.clone().into_bytes(),
        Encoding::Base64 => STANDARD.decode(&original.body).ok()?,
        _ => return None,
    };
    (original.part.is_none() && hex::encode(Sha256::digest(&body)) == original.sha256).then_some(body)
}

#[cfg(test)]
mod tests;
