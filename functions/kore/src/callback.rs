//! `POST_URL`: Kore.ai delivers a bot's answers, in asynchronous mode.
//!
//! How the access token is sent is not documented: it is accepted with and without `bearer`, in a
//! header that the operator can name. Bots are told apart by our path, for `from` names none.

use shared::event::{Event, Kind, Participant, Role};
use shared::json::Value;
use shared::keyring::Keyring;
use shared::provider::{About, Malformed, Provider, Sign};
use shared::received::Received;
use shared::secret::Secret;
use shared::settings::{SettingError, Settings};
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, token};

use crate::{ABOUT, KORE_ACCESS_TOKEN, KORE_TOKEN_HEADER, content, id_of};

/// Kore.ai as the sender of a bot's answers.
pub(crate) struct Callback {
    tokens: Keyring<Secret>,
    header: String,
}

impl Callback {
    pub(crate) fn from_settings(settings: &Settings<'_>) -> Result<Option<Box<dyn Sign>>, SettingError> {
        let Some(tokens) = settings.keyring(KORE_ACCESS_TOKEN)? else { return Ok(None) };
        let header = settings.optional(KORE_TOKEN_HEADER).unwrap_or_else(|| "authorization".to_owned());
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !header.bytes().all(is_token) {
            return Err(SettingError::new(KORE_TOKEN_HEADER, "must be the name of an HTTP header, like x-kore-token"));
        }
        Ok(Some(Box::new(Self { tokens, header })))
    }
}

impl Provider for Callback {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn route<'p>(&self, segments: &[&'p str]) -> Option<Option<&'p str>> {
        match segments {
            ["callback", bot] => Some(Some(bot)),
            _ => None,
        }
    }

    fn verify(&self, request: &Received, channel: Option<&str>, _now: Timestamp) -> Result<Proof, Refusal> {
        token::verify(self.tokens.accepted(channel.as_slice()), request.header(&self.header))
    }

    fn events(&self, body: &Value<'_>, _channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
        let between = |event: Event| Event {
            conversation: id_of(&body["to"]),
            sender: Participant::with_id(id_of(&body["from"]), Role::Bot),
            recipient: Participant::with_id(id_of(&body["to"]), Role::Customer),
            ..event
        };
        let entries = body["data"].elements();
        if entries.is_empty() {
            return Ok(vec![between(v1(body))]);
        }
        Ok(entries.iter().map(|entry| between(Event { element: Some(entry.span.clone()), ..v2(&entry.value) })).collect())
    }
}

impl Sign for Callback {
    fn sign(&self, channel: Option<&str>, _body: &[u8]) -> Option<Vec<(String, String)>> {
        let token = self.tokens.accepted(channel.as_slice()).first()?;
        Some(vec![(self.header.clone(), format!("bearer {}", String::from_utf8_lossy(token.expose())))])
    }

    fn keys(&self, channel: Option<&str>) -> usize {
        self.tokens.accepted(channel.as_slice()).len()
    }
}

/// One message without an id; or the notice that a task has ended, which has no text.
fn v1(body: &Value<'_>) -> Event {
    if body["text"].is_given() {
        return content(body, &body["text"]);
    }
    let ends_task = ["endOfTask", "endReason", "completedTaskId", "completedTaskName"].iter().any(|name| body[name].is_given());
    Event { kind: if ends_task { Kind::Notice } else { Kind::Unknown }, ..Event::default() }
}

fn v2(entry: &Value<'_>) -> Event {
    let event = content(entry, entry["val"].or(&entry["text"]));
    let kind = match (entry["type"].as_str(), entry["val"].is_given()) {
        (Some("event" | "endOfTask"), _) => Kind::Notice,
        (Some("text" | "template"), _) | (_, true) => Kind::Message,
        _ => Kind::Unknown,
    };
    Event { kind, message: event.message.filter(|_| kind == Kind::Message), ..event }
}
