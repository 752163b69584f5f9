//! A quarantined message, read again by today's code.
//!
//! Its envelope holds the body and the signature over it, and no other header. A signature is checked
//! again with the keyring in force. A token was checked when the request was received and is not kept: for
//! those schemes this reads what whoever can write to the quarantine queue put there.

use std::borrow::Cow;
use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::envelope::Envelope;
use crate::event::{CloudEvent, Encoding, Event, Identity, Kind};
use crate::hex;
use crate::ingest::{self, Accepted};
use crate::json::Value;
use crate::provider::{Malformed, Provider};
use crate::queue::{MAX_BYTES, Message};
use crate::received::{Received, Verified};
use crate::timestamp::Timestamp;
use crate::verify::{Proof, Refusal};

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
    /// The reason as one word.
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

/// The queue messages of a quarantined envelope's events, as of a fresh delivery of the same body.
///
/// Their time is the provider's, else that of the first receipt. An event without an identity of its own
/// gets one from the envelope's id, so that reading it twice gives the same ids.
///
/// # Errors
/// Why it stays in quarantine.
pub fn read_again(providers: &[Box<dyn Provider>], envelope: &CloudEvent, trace: Option<String>) -> Result<Vec<Message>, Remains> {
    let body = body(envelope).ok_or(Remains::Altered)?;
    let request = Received { method: "POST".to_owned(), body, trace, ..Received::default() };
    let roles = providers.iter().filter(|provider| provider.about().name == envelope.data.provider);
    let (mut readings, mut remains) = (Vec::new(), Remains::UnknownProvider);
    for provider in roles {
        match read(provider.as_ref(), envelope, request.clone()) {
            Ok(messages) => readings.push(messages),
            Err(reason) => remains = reason,
        }
    }
    if readings.len() > 1 {
        // The envelope does not name the role. A body of the one has an unknown shape to the other.
        readings.retain(|messages| messages.iter().all(|message| message.kind != Kind::Unknown));
        remains = Remains::Ambiguous;
    }
    let messages = if readings.len() == 1 { readings.pop() } else { None };
    messages.ok_or(if readings.len() > 1 { Remains::Ambiguous } else { remains })
}

fn read(provider: &dyn Provider, envelope: &CloudEvent, mut request: Received) -> Result<Vec<Message>, Remains> {
    let channel = envelope.data.channel.as_deref();
    let received_at = Timestamp::read(&Value::String(Cow::Borrowed(&envelope.time))).unwrap_or_else(Timestamp::now);
    let proof = match provider.signature_header() {
        Some(header) => {
            let signature = envelope.data.original.signature.clone();
            request.headers.extend(signature.map(|signature| (header.to_owned(), signature)));
            provider.verify(&request, channel, received_at).map_err(Remains::Refused)?
        }
        None => Proof::given_at_receipt(),
    };
    let verified = Verified::new(&request, proof);
    let mut events = ingest::events(provider, &verified, channel, &mut Accepted::default()).map_err(Remains::Malformed)?;
    for (index, event) in events.iter_mut().enumerate() {
        identify(event, &format!("{}:{index}", envelope.id));
    }
    let messages = Envelope::new(provider.about(), &verified, channel, received_at).messages(events, None);
    if messages.iter().any(|message| message.size() > MAX_BYTES) { Err(Remains::TooLarge) } else { Ok(messages) }
}

fn identify(event: &mut Event, name: &str) {
    if event.identity == Identity::Fresh {
        event.identity = Identity::Given(name.to_owned());
    }
}

/// The bytes that were received.
fn body(envelope: &CloudEvent) -> Option<Vec<u8>> {
    let original = &envelope.data.original;
    let body = match original.encoding {
        Encoding::Utf8 => original.body.clone().into_bytes(),
        Encoding::Base64 => STANDARD.decode(&original.body).ok()?,
    };
    (original.part.is_none() && hex::encode(&Sha256::digest(&body)) == original.sha256).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::About;
    use crate::secret::{Credential, Secret};
    use crate::verify::hmac_sha1;
    use std::time::Duration;

    const ABOUT: About = About { name: "acme", event_type: "com.acme", challenge: None, ack_budget: Duration::ZERO };

    /// A provider whose bodies are objects with its word in them.
    struct Acme {
        signs: bool,
        word: &'static str,
    }

    impl Provider for Acme {
        fn about(&self) -> &'static About {
            &ABOUT
        }

        fn verify(&self, request: &Received, _channel: Option<&str>, _now: Timestamp) -> Result<Proof, Refusal> {
            hmac_sha1::verify(&[Secret::read("k").expect("a secret")], request.header("x-acme"), &request.body)
        }

        fn signature_header(&self) -> Option<&'static str> {
            self.signs.then_some("x-acme")
        }

        fn events(&self, body: &Value<'_>, _channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
            if body["strict"].is_given() {
                return Err(Malformed::MissingField("id"));
            }
            let kind = if body[self.word].is_given() { Kind::Message } else { Kind::Unknown };
            let event = Event { kind, ..Event::default() };
            Ok(if body["two"].is_given() { vec![event.clone(), event] } else { vec![event] })
        }
    }

    fn acme(signs: bool, word: &'static str) -> Box<dyn Provider> {
        Box::new(Acme { signs, word })
    }

    /// The envelope of a body that was quarantined.
    fn quarantined(body: &[u8], signature: Option<&str>) -> CloudEvent {
        let request = Received { body: body.to_vec(), ..Received::default() };
        let verified = Verified::new(&request, Proof::waived_by_operator());
        let then = Timestamp::from_millis(1_000).expect("in range");
        let messages = Envelope::new(&ABOUT, &verified, Some("shop"), then).messages(vec![Event::default()], Some("not_json"));
        let mut envelope: CloudEvent = serde_json::from_str(&messages[0].body).expect("JSON");
        envelope.data.original.signature = signature.map(str::to_owned);
        envelope
    }

    fn ids(providers: &[Box<dyn Provider>], envelope: &CloudEvent) -> Result<Vec<String>, Remains> {
        let messages = read_again(providers, envelope, None)?;
        Ok(messages.into_iter().map(|message| message.id).collect())
    }

    #[test]
    fn what_parses_today_is_an_event_with_the_time_of_its_receipt() {
        let envelope = quarantined(br#"{"hello":1}"#, None);
        let messages = read_again(&[acme(false, "hello")], &envelope, Some("Root=1".to_owned())).expect("an event");
        let event: CloudEvent = serde_json::from_str(&messages[0].body).expect("JSON");
        assert_eq!((messages[0].kind, messages[0].reason, messages[0].trace.as_deref()), (Kind::Message, None, Some("Root=1")));
        assert_eq!((event.time.as_str(), event.source.as_str()), ("1970-01-01T00:00:01Z", "/acme/shop"));
        assert_eq!(event.data.original, envelope.data.original);
    }

    #[test]
    fn reading_it_twice_gives_the_same_ids() {
        let envelope = quarantined(br#"{"two":1}"#, None);
        let first = ids(&[acme(false, "hello")], &envelope).expect("events");
        assert_eq!(ids(&[acme(false, "hello")], &envelope).as_ref(), Ok(&first));
        assert!(first.len() == 2 && first[0] != first[1], "{first:?}");
        assert_ne!(ids(&[acme(false, "hello")], &quarantined(br#"{"two":1}"#, None)), Ok(first));
    }

    #[test]
    fn a_signature_is_proven_again() {
        let body = br#"{"hello":1}"#;
        let signature = hmac_sha1::sign(&Secret::read("k").expect("a secret"), body);
        let again = |signature: Option<&str>| ids(&[acme(true, "hello")], &quarantined(body, signature));
        assert!(again(Some(&signature)).is_ok());
        let old = hmac_sha1::sign(&Secret::read("old").expect("a secret"), body);
        assert_eq!(again(Some(&old)), Err(Remains::Refused(Refusal::WrongSignature)));
        assert_eq!(again(None), Err(Remains::Refused(Refusal::MissingHeader)));
    }

    #[test]
    fn what_does_not_parse_today_remains() {
        let remains = |body: &[u8]| ids(&[acme(false, "hello")], &quarantined(body, None)).expect_err("it remains");
        assert_eq!(remains(b"{\"hello\":"), Remains::Malformed(Malformed::NotJson));
        assert_eq!(remains(b"\xff"), Remains::Malformed(Malformed::NotJson));
        assert_eq!(remains(b"5"), Remains::Malformed(Malformed::Scalar));
        assert_eq!(remains(br#"{"strict":1}"#), Remains::Malformed(Malformed::MissingField("id")));
        assert_eq!(ids(&[], &quarantined(b"{}", None)), Err(Remains::UnknownProvider));
    }

    #[test]
    fn a_body_that_is_another_remains() {
        let mut envelope = quarantined(br#"{"hello":1}"#, None);
        envelope.data.original.body = r#"{"hello":2}"#.to_owned();
        assert_eq!(ids(&[acme(false, "hello")], &envelope), Err(Remains::Altered));
    }

    #[test]
    fn the_role_is_told_by_the_shape() {
        let roles = [acme(false, "hello"), acme(false, "bye")];
        assert!(ids(&roles, &quarantined(br#"{"bye":1}"#, None)).is_ok());
        assert_eq!(ids(&roles, &quarantined(br#"{"other":1}"#, None)), Err(Remains::Ambiguous));
        assert_eq!(ids(&roles, &quarantined(br#"{"bye":1,"hello":1}"#, None)), Err(Remains::Ambiguous));
        assert_eq!(ids(&roles, &quarantined(b"no", None)), Err(Remains::Malformed(Malformed::NotJson)));
    }
}
