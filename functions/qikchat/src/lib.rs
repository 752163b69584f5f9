//! Qikchat: WhatsApp messages and statuses.
//!
//! Sources: Qikchat's page "Receiving Messages via Webhook", live receivers, and Meta's pages on the bodies that a Qikchat
//! account can be switched to (read 2026-11). The proof is `Authorization: Basic` with a user and a password. It does not
//! cover the body, the URL or the time.
//!
//! The sender of an event is the customer, and the recipient is the business. That includes statuses, which the customer's
//! phone reports. For a message that the business wrote (an echo), it is the other way around.

mod contacts;
mod content;
mod envelope;
mod message;
mod object;
mod own;
mod phone;
mod status;
#[cfg(test)]
mod tests;
mod vocabulary;
mod whatsapp;
mod who;

use shared::json::Value;
use shared::parse::{Events, Stop};
use shared::provider::{DEFAULT_ACK_BUDGET, Lookup, Provider, Webhook};
use shared::verify::{Basic, Scheme};

/// The provider Qikchat.
pub static PROVIDER: Provider = Provider {
    name: "qikchat",
    type_prefix: "in.qikchat",
    webhooks: &[Webhook {
        name: "qikchat",
        paths: &["/qikchat/{channel}", "/qikchat"],
        keyring: "QIKCHAT_LOGIN",
        secret: "the webhook's `user:password`",
        lookup: Lookup::Channel,
        waiver: None,
        scheme: Scheme::Basic(Basic { headers: &["authorization"], is_login: true, may_wrap: false }),
        // Qikchat waits two seconds in total.
        ack_budget: DEFAULT_ACK_BUDGET,
        handshake: None,
        reply: None,
        parse,
        example: r#"{"event":"whatsapp:message:in","payload":{"id":"hello","contacts":[{"to":"12025550142"}],"message":{"type":"text","text":{"body":"Hello"}}}}"#,
    }],
    vocabulary: vocabulary::WORDS,
};

fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    envelope::Reader::new(events).read(body)
}
