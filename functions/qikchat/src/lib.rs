//! Qikchat: WhatsApp messages and statuses.
//!
//! Follows Qikchat's page "Receiving Messages via Webhook" and what live receivers saw (read 2026-11).
//! The proof is `Authorization: Basic`, a user and a password. Not proven: body, URL and time.
//!
//! An event goes from the customer to the business, statuses too: it is the customer's phone that tells.

mod content;
mod shape;

use shared::event::{Event, Identity, Kind, Message, Participant, Reaction, Role, Status};
use shared::function::{Function, Webhook};
use shared::json::Value;
use shared::keyring::Keyring;
use shared::provider::{About, DEFAULT_ACK_BUDGET, Malformed, Provider, Sign};
use shared::received::Received;
use shared::secret::{Login, Secret};
use shared::settings::{SettingError, Settings};
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, Scheme, basic};

use shape::Item;

const ABOUT: About = About {
    name: "qikchat",
    event_type: "in.qikchat",
    challenge: Some("Basic"),
    // Qikchat waits for two seconds in all.
    ack_budget: DEFAULT_ACK_BUDGET,
};

/// Qikchat's `user:password` logins.
pub const QIKCHAT_LOGIN: &str = "QIKCHAT_LOGIN";

/// The function, as it is known from outside.
pub static FUNCTION: Function = Function {
    name: ABOUT.name,
    webhooks: &[Webhook {
        name: ABOUT.name,
        path: "/qikchat/{channel}",
        keyring: QIKCHAT_LOGIN,
        secret: "the webhook's `user:password`",
        waiver: None,
        scheme: Scheme::Basic,
        example: r#"{"event":"whatsapp:message:in","payload":{"id":"hello","message":{"from":"12025550142","type":"text","text":{"body":"Hello"}}}}"#,
        from_settings: Qikchat::from_settings,
    }],
    settings: &[],
};

const LOGIN: &str = "authorization";

/// Qikchat as a sender.
struct Qikchat {
    logins: Keyring<Login>,
}

impl Qikchat {
    fn from_settings(settings: &Settings<'_>) -> Result<Option<Box<dyn Sign>>, SettingError> {
        Ok(settings.keyring(QIKCHAT_LOGIN)?.map(|logins| Box::new(Self { logins }) as _))
    }

    fn accepted(&self, channel: Option<&str>) -> Vec<Secret> {
        self.logins.accepted(channel.as_slice()).iter().map(Login::joined).collect()
    }
}

impl Provider for Qikchat {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn verify(&self, request: &Received, channel: Option<&str>, _now: Timestamp) -> Result<Proof, Refusal> {
        basic::verify(&self.accepted(channel), request.header(LOGIN))
    }

    fn events(&self, body: &Value<'_>, _channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
        Ok(shape::items(body).iter().map(event).collect())
    }
}

impl Sign for Qikchat {
    fn sign(&self, channel: Option<&str>, _body: &[u8]) -> Option<Vec<(String, String)>> {
        let login = self.accepted(channel).into_iter().next()?;
        Some(vec![(LOGIN.to_owned(), basic::sign(&login))])
    }

    fn keys(&self, channel: Option<&str>) -> usize {
        self.accepted(channel).len()
    }
}

fn event(item: &Item<'_, '_>) -> Event {
    let event = if item.is_status { status(item) } else { message(item) };
    let number = |text: Option<&str>| text.map(digits).filter(|digits| !digits.is_empty());
    let (customer, business) = (number(item.customer.as_deref()), number(item.business.as_deref()));
    let conversation = customer.clone().or_else(|| item.customer_id.clone());
    let sender =
        Participant { id: conversation.clone(), role: Role::Customer, name: item.customer_name.clone(), phone: customer, email: None };
    let recipient = Participant { id: business.clone(), role: Role::Business, phone: business, ..Participant::default() };
    Event { conversation, sender: sender.known(), recipient: recipient.known(), element: item.span.clone(), ..event }
}

fn message(item: &Item<'_, '_>) -> Event {
    let message = item.message;
    let reaction = &message["reaction"];
    let kind = match (reaction.is_object(), message["type"].is_given() || message["text"].is_given()) {
        (true, _) => Kind::Reaction,
        (_, true) => Kind::Message,
        _ => Kind::Unknown,
    };
    let context = &message["context"];
    Event {
        kind,
        identity: item.id.clone().map_or(Identity::Fresh, Identity::Given),
        time: Timestamp::read(&message["timestamp"]),
        message: (kind == Kind::Message).then(|| Message {
            id: item.id.clone(),
            text: content::text(message),
            attachments: content::attachments(message),
            reply_to: context["messageId"].or(&context["id"]).or(&context["message_id"]).text(),
        }),
        reaction: (kind == Kind::Reaction).then(|| {
            let emoji = reaction["emoji"].text();
            Reaction { removed: emoji.is_none(), emoji, message_id: reaction["message_id"].or(&reaction["messageId"]).text() }
        }),
        ..Event::default()
    }
}

fn status(item: &Item<'_, '_>) -> Event {
    let status = item.message;
    let state = status["status"].text().map(|state| state.to_lowercase());
    let identity = match (&item.id, &state) {
        (Some(id), Some(state)) => Identity::Given(format!("{id}:{state}")),
        _ => Identity::Fresh,
    };
    let moment = state.as_deref().and_then(|state| {
        let [camel, snake] = [format!("{state}At"), format!("{state}_at")];
        Timestamp::read(status[camel.as_str()].or(&status[snake.as_str()]))
    });
    let error = status["errors"].first().or(&status["error"]);
    let reason = ["title", "message", "reason", "code"].iter().find_map(|name| error[name].text());
    Event {
        kind: if state.is_some() { Kind::Status } else { Kind::Unknown },
        identity,
        time: moment.or_else(|| Timestamp::read(&status["timestamp"])),
        status: state.is_some().then(|| Status { message_id: item.id.clone(), state, error: reason.or_else(|| error.text()) }),
        ..Event::default()
    }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}
