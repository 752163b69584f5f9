//! Kore.ai: the webhook channel, in both directions.
//!
//! Sources: Kore.ai's page "Adding the Webhook Channel" and public clients (read 2026-11). The function plays two roles, with
//! one webhook each:
//!
//! - `callback`: Kore.ai posts a bot's messages to this function (its `POST_URL`), with an access token.
//! - `hooks`: clients written for Kore.ai's platform call this function instead, with a JWT.
//!
//! A role whose keyring is not set is disabled: its paths return 404.

mod attachment;
mod callback;
mod content;
mod hooks;
#[cfg(test)]
mod tests;
mod vocabulary;

use shared::event::{Kind, Message};
use shared::provider::{DEFAULT_ACK_BUDGET, Lookup, Provider, Reply, Webhook};
use shared::verify::jwt::UserClaim;
use shared::verify::{Jwt, Scheme, Token};

/// The setting with the keyring of access tokens that Kore.ai sends to `POST_URL`.
pub const KORE_ACCESS_TOKEN: &str = "KORE_ACCESS_TOKEN";
/// The setting with the keyring of `clientId:clientSecret` pairs of clients that call this function instead of Kore.ai.
pub const KORE_CLIENT: &str = "KORE_CLIENT";
/// The setting with the name of the header that carries Kore.ai's access token.
pub const KORE_TOKEN_HEADER: &str = "KORE_TOKEN_HEADER";
/// The setting with the text that clients receive in Kore.ai's synchronous mode.
pub const KORE_REPLY: &str = "KORE_REPLY";

/// The provider Kore.ai.
pub static PROVIDER: Provider =
    Provider { name: "kore", type_prefix: "ai.kore", webhooks: &[CALLBACK, HOOKS], vocabulary: vocabulary::VOCABULARY };

/// The path identifies the bot, because a body does not always have `from`.
const CALLBACK: Webhook = Webhook {
    name: "kore callback",
    paths: &["/kore/callback/{bot}"],
    keyring: KORE_ACCESS_TOKEN,
    secret: "the access token of POST_URL",
    lookup: Lookup::Channel,
    waiver: None,
    // A guess: Kore.ai does not document the header. The operator can change it with `KORE_TOKEN_HEADER`.
    scheme: Scheme::Token(Token { header: "authorization", header_setting: Some(KORE_TOKEN_HEADER), scheme: Some("Bearer") }),
    ack_budget: DEFAULT_ACK_BUDGET,
    handshake: None,
    reply: None,
    parse: callback::parse,
    example: r#"{"text":"Hello","to":"ada","from":"bot"}"#,
};

const HOOKS: Webhook = Webhook {
    name: "kore hooks",
    paths: &[
        "/kore/chatbot/hooks/{bot}",
        "/kore/chatbot/hooks/{bot}/hookInstance/{hook}",
        "/kore/chatbot/v2/webhook/{bot}",
        "/kore/chatbot/v2/webhook/{bot}/hookInstance/{hook}",
    ],
    keyring: KORE_CLIENT,
    secret: "a client's `clientId:clientSecret`",
    lookup: Lookup::Channel,
    waiver: None,
    scheme: Scheme::Jwt(Jwt {
        header: "authorization",
        client_claims: &["appId", "iss"],
        subject_claim: "sub",
        user: Some(UserClaim { claim: "userIdentity", member: &["from", "id"] }),
    }),
    ack_budget: DEFAULT_ACK_BUDGET,
    handshake: None,
    reply: Some(Reply { setting: KORE_REPLY, body: |text| serde_json::json!({ "text": text }).to_string() }),
    parse: hooks::parse,
    example: r#"{"message":{"text":"Hello"},"from":{"id":"ada"}}"#,
};

/// Returns the kind of an event that has this message, if any.
fn kind_of(message: Option<&Message>) -> Kind {
    if message.is_some() { Kind::Message } else { Kind::Unknown }
}
