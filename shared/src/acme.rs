//! A fictitious provider for unit tests. A body is one event, or an array of events.

use crate::endpoint::Endpoint;
use crate::event::{Data, Kind, Message};
use crate::json::Value;
use crate::parse::{Event, Events, Identity, Malformed, Stop};
use crate::provider::{DEFAULT_ACK_BUDGET, Lookup, Provider, Webhook};
use crate::received::{Received, without_line_end};
use crate::settings::Settings;
use crate::timestamp::Timestamp;
use crate::verify::{HmacSha1, Scheme, Token};

/// A provider that signs its bodies.
pub(crate) static SIGNER: Provider = provider(&[Webhook { scheme: SIGNATURE, ..HELLO }]);

/// A provider with two webhooks. Their bodies have a member `hello` or `bye` and are not signed.
pub(crate) static ROLES: Provider = provider(&[HELLO, Webhook { parse: |body, _, events| parse(body, "bye", events), ..HELLO }]);

const SIGNATURE: Scheme = Scheme::HmacSha1(HmacSha1 { header: "x-acme", signed: without_line_end });

const HELLO: Webhook = Webhook {
    name: "acme",
    paths: &["/acme/{channel}"],
    keyring: "ACME_SECRET",
    secret: "the secret",
    lookup: Lookup::Channel,
    waiver: None,
    scheme: Scheme::Token(Token { header: "x-acme", header_setting: None, scheme: None }),
    ack_budget: DEFAULT_ACK_BUDGET,
    handshake: None,
    reply: None,
    parse: |body, _, events| parse(body, "hello", events),
    example: "{}",
};

const fn provider(webhooks: &'static [Webhook]) -> Provider {
    Provider { name: "acme", type_prefix: "com.acme", webhooks, vocabulary: &[] }
}

/// Returns a provider's endpoints, each with this secret.
pub(crate) fn endpoints(provider: &'static Provider, secret: &str) -> Vec<Endpoint> {
    let settings = Settings::new(|name| (name == HELLO.keyring).then(|| secret.to_owned()));
    provider.endpoints(&settings).expect("endpoints")
}

/// Returns a request with a proof created with this secret.
pub(crate) fn signed(provider: &'static Provider, secret: &str, body: &[u8]) -> Received {
    let headers = endpoints(provider, secret)[0].sign(None, body).expect("a secret");
    Received { headers, body: body.to_vec(), ..Received::default() }
}

fn parse(body: Value<'_>, word: &str, events: &mut Events) -> Result<(), Stop> {
    if body.get("strict").is_given() {
        return Err(Malformed::MissingField("id").into());
    }
    if body.is_object() {
        return events.push(event(body, word));
    }
    body.elements().try_for_each(|element| events.push(Event { pieces: vec![element.piece()], ..event(element, word) }))
}

/// `id` or `millis` identifies the event. The value of the member `word` is a text, or the length of a generated text.
fn event(value: Value<'_>, word: &str) -> Event {
    let text = |word: Value<'_>| word.size().map(|length| "t".repeat(length as usize)).or_else(|| word.text());
    let message = text(value.get(word)).map(|text| Message { text: Some(text), ..Message::default() });
    let time = Timestamp::of_millis(value.get("millis"));
    let identity = match value.get("id").text() {
        None if time.is_some() => Identity::Body,
        id => Identity::from(id),
    };
    let kind = message.as_ref().map_or(Kind::Unknown, |_| Kind::Message);
    Event { identity, time, data: Data { kind, conversation: value.get("chat").text(), message, ..Data::default() }, ..Event::default() }
}
