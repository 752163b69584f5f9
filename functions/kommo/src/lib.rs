//! Kommo (formerly amoCRM): chat channel webhooks, v1 and v2.
//!
//! Follows Kommo's page "WebHooks format for chats" and what public integrations show (read 2026-11).
//! The proof is `X-Signature`: HMAC-SHA1 over the body, with the channel's secret. Refused: CRM
//! webhooks, which are not signed. Not proven: when it was sent (no time is signed), and that the URL
//! is the one that was registered.

mod v1;
mod v2;

use std::time::Duration;

use shared::event::{Attachment, AttachmentKind, Event};
use shared::function::{Function, Webhook};
use shared::json::Value;
use shared::keyring::Keyring;
use shared::provider::{About, Malformed, Provider, Sign};
use shared::received::Received;
use shared::secret::Secret;
use shared::settings::{SettingError, Settings};
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, Scheme, hmac_sha1};

const ABOUT: About = About {
    name: "kommo",
    event_type: "com.kommo",
    challenge: None,
    // Kommo waits for five seconds and never sends again.
    ack_budget: Duration::from_millis(3500),
};

/// Kommo's channel secrets.
pub const KOMMO_SECRET: &str = "KOMMO_SECRET";

/// The function, as it is known from outside.
pub static FUNCTION: Function = Function {
    name: ABOUT.name,
    webhooks: &[Webhook {
        name: ABOUT.name,
        path: "/kommo/{scope_id}",
        keyring: KOMMO_SECRET,
        secret: "the channel's secret",
        waiver: None,
        scheme: Scheme::HmacSha1,
        example: r#"{"message":{"sender":{"id":"agent"},"receiver":{"id":"ada"},"conversation":{"id":"chat"},"message":{"id":"hello","type":"text","text":"Hello"}}}"#,
        from_settings: Kommo::from_settings,
    }],
    settings: &[],
};

const SIGNATURE: &str = "x-signature";

/// Kommo as a sender.
struct Kommo {
    secrets: Keyring<Secret>,
}

impl Kommo {
    fn from_settings(settings: &Settings<'_>) -> Result<Option<Box<dyn Sign>>, SettingError> {
        Ok(settings.keyring(KOMMO_SECRET)?.map(|secrets| Box::new(Self { secrets }) as _))
    }

    /// The secrets of a scope, else of the channel before its `_`.
    fn accepted(&self, scope: Option<&str>) -> &[Secret] {
        match scope {
            Some(scope) => self.secrets.accepted(&[scope, scope.split('_').next().unwrap_or(scope)]),
            None => self.secrets.accepted(&[]),
        }
    }
}

impl Provider for Kommo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn verify(&self, request: &Received, channel: Option<&str>, _now: Timestamp) -> Result<Proof, Refusal> {
        hmac_sha1::verify(self.accepted(channel), request.header(SIGNATURE), &request.body)
    }

    fn signature_header(&self) -> Option<&'static str> {
        Some(SIGNATURE)
    }

    fn events(&self, body: &Value<'_>, channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
        let v2 = body["message"].is_object() || body["action"].is_object();
        let event = if v2 { v2::event(body) } else { v1::event(body) };
        Ok(vec![v2::with_account(event, body, channel)])
    }
}

impl Sign for Kommo {
    fn sign(&self, channel: Option<&str>, body: &[u8]) -> Option<Vec<(String, String)>> {
        let secret = self.accepted(channel).first()?;
        Some(vec![(SIGNATURE.to_owned(), hmac_sha1::sign(secret, body))])
    }

    fn keys(&self, channel: Option<&str>) -> usize {
        self.accepted(channel).len()
    }
}

/// The attachments of a message of v1 or v2; `field` finds its fields.
fn attachments<'v, 't: 'v>(field: impl Fn(&str) -> &'v Value<'t>) -> Vec<Attachment> {
    let message_type = field("type").text().unwrap_or_default();
    let kind = match message_type.as_str() {
        "picture" => AttachmentKind::Image,
        "video" => AttachmentKind::Video,
        "audio" => AttachmentKind::Audio,
        "voice" => AttachmentKind::Voice,
        "sticker" => AttachmentKind::Sticker,
        "location" => AttachmentKind::Location,
        "contact" => AttachmentKind::Contact,
        "shared_post" => AttachmentKind::Other,
        _ => AttachmentKind::File,
    };
    let url = field("media").text();
    let stands_alone = matches!(kind, AttachmentKind::Location | AttachmentKind::Contact | AttachmentKind::Other);
    if url.is_none() && !stands_alone {
        return Vec::new();
    }
    // The field names within a location and a contact are guesses: Kommo documents none.
    let (location, contact) = (field("location"), field("contact"));
    let is_place = kind == AttachmentKind::Location;
    let degrees = |names: [&str; 2]| names.iter().find_map(|name| location[name].as_f64()).filter(|_| is_place);
    vec![Attachment {
        kind,
        url,
        name: field("file_name").or(&contact["name"]).text(),
        content_type: None,
        size: field("file_size").size(),
        thumbnail_url: field("thumbnail").text(),
        latitude: degrees(["lat", "latitude"]),
        longitude: degrees(["lon", "longitude"]),
    }]
}
