//! Kommo (formerly amoCRM): chat channel webhooks, versions 1 and 2.
//!
//! Sources: Kommo's page "WebHooks format for chats" and public integrations (read 2026-11). The proof is `X-Signature`, an
//! HMAC-SHA1 of the body with the channel secret. Kommo does not sign the newline at the end of the body. The signature does
//! not prove when the request was sent, or that it was sent to the registered URL. CRM webhooks are a different product and
//! have no signature.

mod action;
mod attachment;
mod fields;
mod message;
mod participant;
mod timestamps;
mod vocabulary;

use std::time::Duration;

use shared::event::Data;
use shared::json::{Piece, Value};
use shared::parse::{Event, Events, Stop};
use shared::provider::{Lookup, Provider, Webhook};
use shared::received::without_line_end;
use shared::verify::{HmacSha1, Scheme};

use timestamps::Timestamps;

/// The setting with the keyring of Kommo's channel secrets.
pub const KOMMO_SECRET: &str = "KOMMO_SECRET";

/// The warning on an event whose account differs from the one in the path.
const ACCOUNT_MISMATCH: &str = "account_mismatch";

/// The provider Kommo.
pub static PROVIDER: Provider = Provider {
    name: "kommo",
    type_prefix: "com.kommo",
    webhooks: &[Webhook {
        name: "kommo",
        paths: &["/kommo/{scope_id}", "/kommo"],
        keyring: KOMMO_SECRET,
        secret: "the channel's secret",
        // A scope is `<channel>_<account>`; the secret belongs to the channel.
        lookup: Lookup::ChannelThenBefore('_'),
        waiver: None,
        scheme: Scheme::HmacSha1(HmacSha1 { header: "x-signature", signed: without_line_end }),
        // Kommo waits five seconds for a response and never resends.
        ack_budget: Duration::from_millis(3500),
        handshake: None,
        reply: None,
        parse,
        example: r#"{"message":{"sender":{"id":"agent"},"receiver":{"id":"ada"},"conversation":{"id":"chat"},"message":{"id":"hello","type":"text","text":"Hello"}}}"#,
    }],
    vocabulary: vocabulary::NAMES,
};

/// Pushes the events of a body. It is version 2 if it has a non-empty object `message` or `action`, and version 1 otherwise.
///
/// Kommo sends one of these members per request. If a body has more than one, each of them becomes an event.
fn parse(body: Value<'_>, scope: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    let account = Account::of(body, scope);
    let flat = message::flat(body);
    if !body.members().any(|(name, value)| is_v2(&name, value)) {
        return events.push(account.complete(flat, Vec::new()));
    }
    // If the body also has version 1 fields, a part with only an unknown member would be parsed as version 1, not as `unknown`.
    let has_others = flat.data == Data::default();
    for ((name, value), piece) in body.members().zip(body.member_pieces()) {
        match &*name {
            "message" if is_v2(&name, value) => events.push(account.complete(message::nested(value), vec![piece]))?,
            "action" if is_v2(&name, value) => {
                for (event, own) in action::events(value) {
                    events.push(account.complete(event, own.into_iter().chain([piece]).collect()))?;
                }
            }
            _ if has_others && is_other(&name, value) => events.push(account.complete(Event::default(), vec![piece]))?,
            _ => {}
        }
    }
    Ok(())
}

fn is_v2(name: &str, value: Value<'_>) -> bool {
    matches!(name, "message" | "action") && value.is_object() && value.is_given()
}

/// Whether a member that is neither a message nor an action is an event of a kind unknown to this version.
fn is_other(name: &str, value: Value<'_>) -> bool {
    value.get("conversation").is_object() || (matches!(name, "message" | "action") && value.is_given())
}

/// The properties that all events of a body share.
struct Account {
    timestamps: Timestamps,
    is_other: bool,
}

impl Account {
    fn of(body: Value<'_>, scope: Option<&str>) -> Self {
        Self { timestamps: Timestamps::of(&[body]), is_other: is_other_account(body.get("account_id").text(), scope) }
    }

    /// Adds the pieces, the body's timestamps and, if the account differs, a warning to an event.
    fn complete(&self, event: Event, pieces: Vec<Piece>) -> Event {
        let mut event = self.timestamps.complete(event);
        if self.is_other {
            event.data.warnings.push(ACCOUNT_MISMATCH.to_owned());
        }
        Event { pieces, ..event }
    }
}

/// Whether a body's account differs from the one in its scope, `<channel>_<account>`, ignoring case.
fn is_other_account(account: Option<String>, scope: Option<&str>) -> bool {
    let expected = scope.and_then(|scope| scope.split_once('_'));
    matches!((account, expected), (Some(account), Some((_, expected))) if !account.eq_ignore_ascii_case(expected))
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "tests fail by panicking")]
mod tests;
