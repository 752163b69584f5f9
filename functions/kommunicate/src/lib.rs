//! Kommunicate (built on Applozic): message webhooks.
//!
//! Follows Kommunicate's page "Webhooks" of 2021 (group chat) and its older version (one-to-one and
//! contextual chat), and what public receivers show (read 2026-11). The proof is a header named
//! `Authentication`: `Basic` and the base64 of a bare token. Not proven: body, URL and time.

use shared::event::{Attachment, AttachmentKind, Event, Identity, Kind, Message, Participant, Role};
use shared::function::{Function, Webhook};
use shared::json::Value;
use shared::keyring::Keyring;
use shared::provider::{About, DEFAULT_ACK_BUDGET, Malformed, Provider, Sign};
use shared::received::Received;
use shared::secret::Secret;
use shared::settings::{SettingError, Settings};
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, Scheme, basic};

const ABOUT: About = About { name: "kommunicate", event_type: "io.kommunicate", challenge: Some("Basic"), ack_budget: DEFAULT_ACK_BUDGET };

/// Kommunicate's webhook authentication tokens.
pub const KOMMUNICATE_TOKEN: &str = "KOMMUNICATE_TOKEN";
/// `true` accepts webhooks without a token.
pub const KOMMUNICATE_ALLOW_UNAUTHENTICATED: &str = "KOMMUNICATE_ALLOW_UNAUTHENTICATED";

/// The function, as it is known from outside.
pub static FUNCTION: Function = Function {
    name: ABOUT.name,
    webhooks: &[Webhook {
        name: ABOUT.name,
        path: "/kommunicate/{channel}",
        keyring: KOMMUNICATE_TOKEN,
        secret: "the dashboard's webhook authentication token",
        waiver: Some(KOMMUNICATE_ALLOW_UNAUTHENTICATED),
        scheme: Scheme::Basic,
        example: r#"{"key":"hello","from":"ada","groupId":1,"message":"Hello"}"#,
        from_settings: Kommunicate::from_settings,
    }],
    settings: &[],
};

const TOKEN: &str = "authentication";

/// Kommunicate as a sender.
struct Kommunicate {
    /// None where the operator accepts every caller.
    tokens: Option<Keyring<Secret>>,
}

impl Kommunicate {
    fn from_settings(settings: &Settings<'_>) -> Result<Option<Box<dyn Sign>>, SettingError> {
        let tokens = settings.keyring(KOMMUNICATE_TOKEN)?;
        match (&tokens, settings.switch(KOMMUNICATE_ALLOW_UNAUTHENTICATED)?) {
            (None, false) => Ok(None),
            (Some(_), false) | (None, true) => Ok(Some(Box::new(Self { tokens }))),
            (Some(_), true) => {
                let problem = format!("is `true`, and {KOMMUNICATE_TOKEN} is set; only one of the two may be");
                Err(SettingError::new(KOMMUNICATE_ALLOW_UNAUTHENTICATED, problem))
            }
        }
    }

    fn accepted<'k>(tokens: &'k Keyring<Secret>, channel: Option<&str>) -> &'k [Secret] {
        tokens.accepted(channel.as_slice())
    }
}

impl Provider for Kommunicate {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn verify(&self, request: &Received, channel: Option<&str>, _now: Timestamp) -> Result<Proof, Refusal> {
        match &self.tokens {
            None => Ok(Proof::waived_by_operator()),
            Some(tokens) => {
                let header = request.header(TOKEN).or_else(|| request.header("authorization"));
                basic::verify(Self::accepted(tokens, channel), header)
            }
        }
    }

    fn events(&self, body: &Value<'_>, _channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
        // The hook for unread messages posts an array.
        let several = body.elements().iter().map(|element| Event { element: Some(element.span.clone()), ..event(&element.value) });
        Ok(if body.is_object() { vec![event(body)] } else { several.collect() })
    }
}

impl Sign for Kommunicate {
    fn sign(&self, channel: Option<&str>, _body: &[u8]) -> Option<Vec<(String, String)>> {
        match &self.tokens {
            None => Some(Vec::new()),
            Some(tokens) => {
                let token = Self::accepted(tokens, channel).first()?;
                Some(vec![(TOKEN.to_owned(), basic::sign(token))])
            }
        }
    }

    fn keys(&self, channel: Option<&str>) -> usize {
        self.tokens.as_ref().map_or(0, |tokens| Self::accepted(tokens, channel).len())
    }
}

fn event(body: &Value<'_>) -> Event {
    let is_message = ["key", "message", "file"].iter().any(|name| body[name].is_given());
    let (from, to) = (body["from"].text(), body["to"].text());
    let id = body["key"].text();
    let time = Timestamp::read(&body["timeStamp"]);
    Event {
        kind: if is_message { Kind::Message } else { Kind::Unknown },
        identity: match &id {
            Some(key) => Identity::Given(key.clone()),
            None if time.is_some() => Identity::Body,
            None => Identity::Fresh,
        },
        time,
        conversation: body["groupId"].or(&body["clientGroupId"]).or(&body["conversationId"]).text().or_else(|| pair(&from, &to)),
        sender: Participant::with_id(from, Role::Unknown),
        recipient: Participant::with_id(to, Role::Unknown),
        message: is_message.then(|| Message {
            id,
            text: body["message"].text(),
            attachments: attachment(&body["file"]).into_iter().collect(),
            reply_to: None,
        }),
        ..Event::default()
    }
}

/// A conversation of two, the same in both directions.
fn pair(from: &Option<String>, to: &Option<String>) -> Option<String> {
    let (from, to) = (from.as_ref()?, to.as_ref()?);
    Some(format!("{}:{}", from.min(to), from.max(to)))
}

fn attachment(file: &Value<'_>) -> Option<Attachment> {
    file.is_given().then(|| {
        let content_type = file["contentType"].text();
        Attachment {
            kind: content_type.as_deref().map_or(AttachmentKind::File, AttachmentKind::of_media_type),
            url: file["url"].text(),
            name: file["name"].text(),
            content_type,
            size: file["size"].size(),
            thumbnail_url: file["thumbnailUrl"].text(),
            ..Attachment::default()
        }
    })
}
