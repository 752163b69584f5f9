//! Kore.ai: the webhook channel, in both directions.
//!
//! Follows Kore.ai's page "Adding the Webhook Channel" and what public clients show (read 2026-11). Two
//! roles on the wire, so two providers with one name:
//!
//! - [`callback`]: Kore.ai delivers a bot's answers to our `POST_URL`, with an access token.
//! - [`hooks`]: clients written for Kore.ai call us as they would call its platform, with a JWT.
//!
//! A role whose keyring is not set does not exist: its paths answer 404.

pub mod callback;
pub mod hooks;
mod template;

use shared::event::{Attachment, AttachmentKind, Event, Identity, Kind, Message};
use shared::json::Value;
use shared::provider::{About, DEFAULT_ACK_BUDGET, Provider};
use shared::settings::{KORE_ACCESS_TOKEN, KORE_CLIENT, SettingError, Settings};
use shared::timestamp::Timestamp;

const ABOUT: About = About { name: "kore", event_type: "ai.kore", challenge: Some("Bearer"), ack_budget: DEFAULT_ACK_BUDGET };

/// The providers of this function: the roles whose keyrings are set.
///
/// # Errors
/// A setting is wrong, or neither keyring is set.
pub fn providers(settings: &Settings<'_>) -> Result<Vec<Box<dyn Provider>>, SettingError> {
    let callback = callback::Callback::from_settings(settings)?.map(|role| Box::new(role) as Box<dyn Provider>);
    let hooks = hooks::Hooks::from_settings(settings)?.map(|role| Box::new(role) as Box<dyn Provider>);
    let roles: Vec<_> = callback.into_iter().chain(hooks).collect();
    if roles.is_empty() {
        let problem = format!(
            "is not set, and neither is {KORE_CLIENT}; at least one must be (the access token of POST_URL, or clientId:clientSecret)"
        );
        return Err(SettingError::new(KORE_ACCESS_TOKEN, problem));
    }
    Ok(roles)
}

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
