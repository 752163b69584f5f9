//! The hooks-compatible endpoint: clients written for Kore.ai's platform call us instead.
//!
//! `POST …/chatbot/hooks/{bot}[/hookInstance/{hook}]` (v1) and `…/chatbot/v2/webhook/{bot}[/hookInstance/
//! {hook}]` (v2), with a JWT. `from.id` is the one mandatory field. A JWT does not sign the body.

use shared::event::{Attachment, AttachmentKind, Event, Kind, Participant, Role};
use shared::json::Value;
use shared::keyring::Keyring;
use shared::provider::{About, Malformed, Provider, Sign};
use shared::received::Received;
use shared::secret::Login;
use shared::settings::{SettingError, Settings};
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, jwt};

use crate::{ABOUT, KORE_CLIENT, KORE_REPLY, content};

/// Clients of Kore.ai's request API as senders.
pub(crate) struct Hooks {
    clients: Keyring<Login>,
    reply: Option<String>,
}

impl Hooks {
    pub(crate) fn from_settings(settings: &Settings<'_>) -> Result<Option<Box<dyn Sign>>, SettingError> {
        let clients = settings.keyring(KORE_CLIENT)?;
        Ok(clients.map(|clients| Box::new(Self { clients, reply: settings.optional(KORE_REPLY) }) as _))
    }
}

impl Provider for Hooks {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn route<'p>(&self, segments: &[&'p str]) -> Option<Option<&'p str>> {
        match segments {
            ["chatbot", "hooks", bot] | ["chatbot", "hooks", bot, "hookInstance", _] => Some(Some(bot)),
            ["chatbot", "v2", "webhook", bot] | ["chatbot", "v2", "webhook", bot, "hookInstance", _] => Some(Some(bot)),
            _ => None,
        }
    }

    fn verify(&self, request: &Received, channel: Option<&str>, now: Timestamp) -> Result<Proof, Refusal> {
        jwt::verify(self.clients.accepted(channel.as_slice()), request.header("authorization"), now)
    }

    fn events(&self, body: &Value<'_>, _channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
        let user = body["from"]["id"].text().ok_or(Malformed::MissingField("from.id"))?;
        let customer =
            Participant { id: Some(user.clone()), role: Role::Customer, name: body["from"]["name"].text(), ..Participant::default() };
        Ok(vec![Event {
            conversation: Some(user),
            sender: Some(customer),
            // Often the literal `Kore.ai`: an id to show, not to route by.
            recipient: Participant::with_id(body["to"]["id"].text(), Role::Bot),
            ..message(&body["message"])
        }])
    }

    fn reply(&self) -> Option<&str> {
        self.reply.as_deref()
    }
}

impl Sign for Hooks {
    fn sign(&self, channel: Option<&str>, _body: &[u8]) -> Option<Vec<(String, String)>> {
        let client = self.clients.accepted(channel.as_slice()).first()?;
        Some(vec![("authorization".to_owned(), jwt::sign(client, "1"))])
    }

    fn keys(&self, channel: Option<&str>) -> usize {
        self.clients.accepted(channel.as_slice()).len()
    }
}

/// A message of v1 (`text`, `attachments`) or of v2 (`type`, `val`).
fn message(message: &Value<'_>) -> Event {
    let mut event = content(message, message["text"].or(&message["val"]));
    if let Some(content) = &mut event.message {
        content.attachments.extend(message["attachments"].elements().iter().map(|element| attachment(&element.value)));
    }
    event.kind = match (message["type"].as_str(), message.is_given()) {
        (Some("event"), _) => Kind::Notice,
        (_, true) => Kind::Message,
        (_, false) => Kind::Unknown,
    };
    event.message = event.message.filter(|_| event.kind == Kind::Message);
    event
}

/// A link, or an object whose field names are guesses: Kore.ai documents "array of attachment links".
fn attachment(value: &Value<'_>) -> Attachment {
    if let Some(link) = value.as_str() {
        return Attachment { kind: AttachmentKind::File, url: Some(link.to_owned()), ..Attachment::default() };
    }
    let content_type = value["contentType"].or(&value["mimeType"]).text();
    let kind = value["type"].or(&value["fileType"]).text().or_else(|| content_type.clone());
    Attachment {
        kind: kind.as_deref().map_or(AttachmentKind::File, AttachmentKind::of_media_type),
        url: value["url"].or(&value["fileUrl"]).text(),
        name: value["name"].or(&value["fileName"]).text(),
        content_type,
        size: value["size"].or(&value["fileSize"]).size(),
        thumbnail_url: value["thumbnailUrl"].text(),
        ..Attachment::default()
    }
}
