//! Kore.ai: the webhook channel, in both directions.
//!
//! Follows Kore.ai's page "Adding the Webhook Channel" and what public clients show (read 2026-11). Two
//! roles on the wire, so two webhooks and two providers with one name:
//!
//! - [`callback`]: Kore.ai delivers a bot's answers to our `POST_URL`, with an access token.
//! - [`hooks`]: clients written for Kore.ai call us as they would call its platform, with a JWT.
//!
//! A role whose keyring is not set does not exist: its paths answer 404.

mod callback;
mod hooks;
mod template;

use shared::event::{Attachment, AttachmentKind, Event, Identity, Kind, Message};
use shared::function::{Function, Webhook};
use shared::json::Value;
use shared::provider::{About, DEFAULT_ACK_BUDGET};
use shared::timestamp::Timestamp;
use shared::verify::Scheme;

const ABOUT: About = About { name: "kore", event_type: "ai.kore", challenge: Some("Bearer"), ack_budget: DEFAULT_ACK_BUDGET };

/// The access tokens that Kore.ai sends to `POST_URL`.
pub const KORE_ACCESS_TOKEN: &str = "KORE_ACCESS_TOKEN";
/// The `clientId:clientSecret` pairs of clients that call us as they would call Kore.ai.
pub const KORE_CLIENT: &str = "KORE_CLIENT";
/// The header that carries Kore.ai's access token.
pub const KORE_TOKEN_HEADER: &str = "KORE_TOKEN_HEADER";
/// The text answered to clients in Kore.ai's synchronous mode.
pub const KORE_REPLY: &str = "KORE_REPLY";

/// The function, as it is known from outside.
pub static FUNCTION: Function = Function {
    name: ABOUT.name,
    webhooks: &[
        Webhook {
            name: "kore callback",
            path: "/kore/callback/{bot}",
            keyring: KORE_ACCESS_TOKEN,
            secret: "the access token of POST_URL",
            waiver: None,
            scheme: Scheme::Token,
            example: r#"{"text":"Hello","to":"ada","from":"bot"}"#,
            from_settings: callback::Callback::from_settings,
        },
        Webhook {
            name: "kore hooks",
            path: "/kore/chatbot/hooks/{bot}",
            keyring: KORE_CLIENT,
            secret: "a client's `clientId:clientSecret`",
            waiver: None,
            scheme: Scheme::Jwt,
            example: r#"{"message":{"text":"Hello"},"from":{"id":"ada"}}"#,
            from_settings: hooks::Hooks::from_settings,
        },
    ],
    settings: &[KORE_TOKEN_HEADER, KORE_REPLY],
};

/// What both roles read from a message or an entry: its kind, its content, its id and its time.
/// `source` is that object, `text` the part of it that stands for its text.
fn content(source: &Value<'_>, text: &Value<'_>) -> Event {
    let id = source["messageId"].text();
    let (text, mut attachments) = template::read(text);
    if attachments.is_empty() && source["type"].as_str() == Some("template") {
        attachments.push(Attachment { kind: AttachmentKind::Template, ..Attachment::default() });
    }
    Event {
        kind: Kind::Message,
        identity: id.clone().map_or(Identity::Fresh, Identity::Given),
        time: Timestamp::read(&source["createdOn"]),
        message: Some(Message { id, text, attachments, reply_to: None }),
        ..Event::default()
    }
}

/// The id of a participant: a string, or an object with an `id`.
fn id_of(participant: &Value<'_>) -> Option<String> {
    participant["id"].text().or_else(|| participant.text())
}
