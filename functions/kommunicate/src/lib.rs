//! Kommunicate (built on Applozic): message webhooks.
//!
//! Follows Kommunicate's page "Webhooks" of 2021 (group chat) and its older version (one-to-one and contextual chat), and
//! what public receivers show (read 2026-11). The proof is a header named `Authentication`: `Basic` and the base64 of a
//! bare token. Not proven: body, URL and time.

mod message;
mod vocabulary;

use shared::json::Value;
use shared::parse::{Event, Events, Stop};
use shared::provider::{DEFAULT_ACK_BUDGET, Lookup, Provider, Webhook};
use shared::verify::{Basic, Scheme};

/// The keyring of Kommunicate's webhook authentication tokens.
pub const KOMMUNICATE_TOKEN: &str = "KOMMUNICATE_TOKEN";
/// `true` accepts webhooks without a token.
pub const KOMMUNICATE_ALLOW_UNAUTHENTICATED: &str = "KOMMUNICATE_ALLOW_UNAUTHENTICATED";

/// Kommunicate.
pub static PROVIDER: Provider = Provider {
    name: "kommunicate",
    type_prefix: "io.kommunicate",
    webhooks: &[Webhook {
        name: "kommunicate",
        paths: &["/kommunicate/{channel}", "/kommunicate"],
        keyring: KOMMUNICATE_TOKEN,
        secret: "the dashboard's webhook authentication token",
        lookup: Lookup::Channel,
        waiver: Some(KOMMUNICATE_ALLOW_UNAUTHENTICATED),
        // Java senders wrap long base64.
        scheme: Scheme::Basic(Basic { headers: &["authentication", "authorization"], is_login: false, may_wrap: true }),
        ack_budget: DEFAULT_ACK_BUDGET,
        handshake: None,
        reply: None,
        parse,
        example: r#"{"key":"hello","from":"ada","groupId":1,"message":"Hello"}"#,
    }],
    vocabulary: vocabulary::NAMES,
};

/// Pushes the event of an object, or those of an array's elements, as the hook for unread messages posts them. An element
/// that is not an object is an event of kind `unknown`.
fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    if body.is_object() {
        return events.push(message::event(body));
    }
    body.elements().try_for_each(|element| events.push(Event { pieces: vec![element.piece()], ..message::event(element) }))
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test fails by a panic")]
mod tests;
