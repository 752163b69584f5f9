//! Kommo (formerly amoCRM): chat channel webhooks, v1 and v2.
//!
//! Follows Kommo's page "WebHooks format for chats" and what public integrations show (read 2026-11). The proof is
//! `X-Signature`: HMAC-SHA1 over the body, with the channel's secret; the newline that ends the body on the wire is not
//! signed. Not proven: when it was sent, and that the URL is the one that was registered. CRM webhooks are another product
//! and have no signature.

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

/// The keyring of Kommo's channel secrets.
pub const KOMMO_SECRET: &str = "KOMMO_SECRET";

/// The warning of an event whose account is not the one in the path.
const ACCOUNT_MISMATCH: &str = "account_mismatch";

/// Kommo.
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
        // Kommo waits for five seconds and never sends again.
        ack_budget: Duration::from_millis(3500),
        handshake: None,
        reply: None,
        parse,
        example: r#"{"message":{"sender":{"id":"agent"},"receiver":{"id":"ada"},"conversation":{"id":"chat"},"message":{"id":"hello","type":"text","text":"Hello"}}}"#,
    }],
    vocabulary: vocabulary::NAMES,
};

/// Pushes the events of a body: of v2 where an object `message` or `action` is in it, else of v1.
///
/// Kommo sends one of the two; a body with several of them has an event for each.
fn parse(body: Value<'_>, scope: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    let account = Account::of(body, scope);
    let flat = message::flat(body);
    if !body.members().any(|(name, value)| is_v2(&name, value)) {
        return events.push(account.complete(flat, Vec::new()));
    }
    // Beside v1's fields, an unknown member alone would not be an event of kind `unknown`.
    let knows_others = flat.data == Data::default();
    for ((name, value), piece) in body.members().zip(body.member_pieces()) {
        match &*name {
            "message" if is_v2(&name, value) => events.push(account.complete(message::nested(value), vec![piece]))?,
            "action" if is_v2(&name, value) => {
                for (event, own) in action::events(value) {
                    events.push(account.complete(event, own.into_iter().chain([piece]).collect()))?;
                }
            }
            _ if knows_others && is_other(&name, value) => events.push(account.complete(Event::default(), vec![piece]))?,
            _ => {}
        }
    }
    Ok(())
}

fn is_v2(name: &str, value: Value<'_>) -> bool {
    matches!(name, "message" | "action") && value.is_object() && value.is_given()
}

/// Whether a member beside a message or an action is an event of a kind unknown to this version.
fn is_other(name: &str, value: Value<'_>) -> bool {
    value.get("conversation").is_object() || (matches!(name, "message" | "action") && value.is_given())
}

/// What all events of a body have in common.
struct Account {
    timestamps: Timestamps,
    is_other: bool,
}

impl Account {
    fn of(body: Value<'_>, scope: Option<&str>) -> Self {
        Self { timestamps: Timestamps::of(&[body]), is_other: is_other_account(body.get("account_id").text(), scope) }
    }

    /// Returns the event with its pieces and with what stands beside it in the body.
    fn complete(&self, event: Event, pieces: Vec<Piece>) -> Event {
        let mut event = self.timestamps.complete(event);
        if self.is_other {
            event.data.warnings.push(ACCOUNT_MISMATCH.to_owned());
        }
        Event { pieces, ..event }
    }
}

/// Whether a body is about another account than its scope, `<channel>_<account>`, says.
fn is_other_account(account: Option<String>, scope: Option<&str>) -> bool {
    let expected = scope.and_then(|scope| scope.split_once('_'));
    matches!((account, expected), (Some(account), Some((_, expected))) if !account.eq_ignore_ascii_case(expected))
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test fails by a panic")]
mod tests;
