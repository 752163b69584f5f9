//! A quarantined message, parsed again by today's code.
//!
//! Its envelope holds the body and the signature over it, and no other header. A signature is checked again with the
//! keyring in force. A token was checked when the request was received and is not kept: for those schemes this trusts
//! whoever can write to the quarantine queue.

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

/// Why a quarantined message stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// It is still malformed.
    Malformed(Malformed),
    /// The keyring in force does not prove its signature.
    Refused(Refusal),
    /// Its body is not the one that was received: the digest differs, or it is a part of one.
    Altered,
    /// None of the providers is the one that it names.
    UnknownProvider,
    /// Two of the provider's roles could have sent it, and it does not say which.
    Ambiguous,
    /// Its event would not fit into a queue message.
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
            Self::Altered => out.write_str("the body is not the one that was received"),
            Self::UnknownProvider => out.write_str("it names no provider whose secret is set"),
            Self::Ambiguous => out.write_str("two roles of the provider could have sent it"),
            Self::TooLarge => out.write_str("the event would not fit into a queue message of 1 MiB"),
        }
    }
}

/// Returns the queue messages of a quarantined body's events, as of a fresh delivery of the same body.
///
/// Their time is the provider's, else that of the first receipt. An event without an identity of its own
/// gets one from the envelope's id, so that parsing it twice gives the same ids. `ordered` is whether the queue that they
/// go to keeps the order within a conversation.
///
/// # Errors
/// Why it stays in quarantine.
pub fn parse_again(endpoints: &[Endpoint], envelope: &CloudEvent, trace: Option<&str>, ordered: bool) -> Result<Vec<Message>, Remains> {
    let body = body(envelope).ok_or(Remains::Altered)?;
    let roles = endpoints.iter().filter(|endpoint| endpoint.provider.name == envelope.data.provider);
    let (mut readings, mut remains) = (Vec::new(), Remains::UnknownProvider);
    for endpoint in roles {
        match messages(endpoint, envelope, &body, trace, ordered) {
            Ok(messages) => readings.push(messages),
            Err(reason) => remains = reason,
        }
    }
    if readings.len() > 1 {
        // The envelope does not name the role. A body of the one has an unknown shape to the other.
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

/// Returns the bytes that were received; none where these are others.
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
