//! Kommunicate (built on Applozic): message webhooks.
//!
//! Sources: Kommunicate's page "Webhooks" of 2021 (group chat), its older version (one-to-one and contextual chat), and
//! public receivers (read 2026-11). The proof is the header `Authentication`: `Basic`, then the base64 of a bare token. It
//! does not cover the body, the URL or the time.

mod message;
mod vocabulary;

use shared::json::Value;
use shared::parse::{Event, Events, Stop};
use shared::provider::{DEFAULT_ACK_BUDGET, Lookup, Provider, Webhook};
use shared::verify::{Basic, Scheme};

/// The setting with the keyring of Kommunicate's webhook authentication tokens.
pub const KOMMUNICATE_TOKEN: &str = "KOMMUNICATE_TOKEN";
/// The setting that, if `true`, accepts webhooks without a token.
pub const KOMMUNICATE_ALLOW_UNAUTHENTICATED: &str = "KOMMUNICATE_ALLOW_UNAUTHENTICATED";

/// The provider Kommunicate.
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

/// Pushes the event of an object, or one event for each element of an array, as the webhook for unread messages sends it.
/// An element that is not an object becomes an event of kind `unknown`.
fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    if body.is_object() {
        return events.push(message::event(body));
    }
    body.elements().try_for_each(|element| events.push(Event { pieces: vec![element.piece()], ..message::event(element) }))
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "tests fail by panicking")]
mod tests;
