//! A minimal provider: HMAC-SHA1 over the body, one event for the body or for each element of an array, and a handshake.

use std::time::Duration;

use shared::endpoint::Endpoint;
use shared::event::Data;
use shared::json::Value;
use shared::parse::{Event, Events, Identity, Malformed, Stop};
use shared::provider::{Handshake, Lookup, Provider, Webhook};
use shared::received::{Received, without_line_end};
use shared::settings::Settings;
use shared::verify::{HmacSha1, Scheme};

pub(crate) const BUDGET: Duration = Duration::from_millis(900);
pub(crate) const SECRET: &str = "s3cret";

pub(crate) static PROVIDER: Provider = Provider {
    name: "acme",
    type_prefix: "com.acme",
    webhooks: &[Webhook {
        name: "acme",
        paths: &["/acme/{channel}", "/acme"],
        keyring: "ACME_SECRET",
        secret: "the secret",
        lookup: Lookup::Channel,
        waiver: None,
        scheme: Scheme::HmacSha1(HmacSha1 { header: "x-mac", signed: without_line_end }),
        ack_budget: BUDGET,
        handshake: Some(Handshake { token: "hub.verify_token", challenge: "hub.challenge" }),
        reply: None,
        parse,
        example: "{}",
    }],
    vocabulary: &["type", "text"],
};

fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    if body.get("type").is("mandatory") {
        return Err(Malformed::MissingField("id").into());
    }
    if body.is_object() {
        return events.push(Event { identity: Identity::Body, ..event(body) });
    }
    body.elements().try_for_each(|element| events.push(Event { pieces: vec![element.piece()], ..event(element) }))
}

fn event(value: Value<'_>) -> Event {
    let conversation = value.get("conversation").text();
    Event { data: Data { conversation, ..Data::default() }, ..Event::default() }
}

/// Returns the endpoints of the provider with its secret.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    PROVIDER.endpoints(&Settings::new(|name| (name == "ACME_SECRET").then(|| SECRET.to_owned()))).expect("endpoints")
}

/// Returns a request with a valid signature.
pub(crate) fn signed(body: &[u8]) -> Received {
    Received {
        method: "POST".to_owned(),
        path: "/acme/shop".to_owned(),
        headers: endpoints()[0].sign(None, body).expect("a secret"),
        body: body.to_vec(),
        request_id: "request-1".to_owned(),
        ..Received::default()
    }
}
