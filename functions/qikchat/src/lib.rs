//! Qikchat: WhatsApp messages and statuses.
//!
//! Follows Qikchat's page "Receiving Messages via Webhook", what live receivers saw, and Meta's pages on the bodies that a
//! Qikchat account may be switched to (read 2026-11). The proof is `Authorization: Basic`, a user and a password. Not
//! proven: body, URL and time.
//!
//! An event goes from the customer to the business, statuses too: it is the customer's phone that reports. What the
//! business itself wrote (an echo) goes the other way.

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

/// Qikchat as a sender.
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
        // Qikchat waits for two seconds in all.
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
