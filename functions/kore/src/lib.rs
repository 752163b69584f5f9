//! Kore.ai: the webhook channel, in both directions.
//!
//! Follows Kore.ai's page "Adding the Webhook Channel" and what public clients show (read 2026-11). Two roles on the
//! wire, so two webhooks with one name:
//!
//! - [`callback`]: Kore.ai delivers a bot's answers to our `POST_URL`, with an access token.
//! - [`hooks`]: clients written for Kore.ai call us as they would call its platform, with a JWT.
//!
//! A role whose keyring is not set does not exist: its paths answer 404.

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

/// The access tokens that Kore.ai sends to `POST_URL`.
pub const KORE_ACCESS_TOKEN: &str = "KORE_ACCESS_TOKEN";
/// The `clientId:clientSecret` pairs of clients that call us as they would call Kore.ai.
pub const KORE_CLIENT: &str = "KORE_CLIENT";
/// The header that carries Kore.ai's access token.
pub const KORE_TOKEN_HEADER: &str = "KORE_TOKEN_HEADER";
/// The text answered to clients in Kore.ai's synchronous mode.
pub const KORE_REPLY: &str = "KORE_REPLY";

/// Kore.ai.
pub static PROVIDER: Provider =
    Provider { name: "kore", type_prefix: "ai.kore", webhooks: &[CALLBACK, HOOKS], vocabulary: vocabulary::VOCABULARY };

/// Bots are told apart by our path: `from` of a body is not always there.
const CALLBACK: Webhook = Webhook {
    name: "kore callback",
    paths: &["/kore/callback/{bot}"],
    keyring: KORE_ACCESS_TOKEN,
    secret: "the access token of POST_URL",
    lookup: Lookup::Channel,
    waiver: None,
    // How Kore.ai sends the token is not documented: a guess, which the operator can correct.
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

/// Returns the kind of an event that has this message, or none.
fn kind_of(message: Option<&Message>) -> Kind {
    if message.is_some() { Kind::Message } else { Kind::Unknown }
}
