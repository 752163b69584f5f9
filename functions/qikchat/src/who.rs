//! The two sides of an event: the customer and the business.

use std::borrow::Cow;

use shared::event::{Data, Participant, Role};
use shared::json::Value;

use crate::contacts::{Contacts, Matches};
use crate::object::Object;
use crate::phone;

/// The two sides of an event, exactly as its object names them.
#[derive(Debug, Default)]
pub(crate) struct Who {
    /// The customer's number, or an id instead.
    pub(crate) customer: Option<String>,
    /// The customer's user id, in addition to the number or instead of it.
    pub(crate) user_id: Option<String>,
    /// The group's id.
    pub(crate) group: Option<String>,
    /// The business's number, in case `metadata` has none.
    pub(crate) business: Option<String>,
    /// Whether the business is the sender.
    pub(crate) is_from_business: bool,
}

/// The business's number and id.
#[derive(Debug, Default)]
pub(crate) struct Business {
    id: Option<String>,
    /// The digits of the number. Other text in its place is the id.
    number: Option<String>,
}

impl Business {
    /// Returns the business that a `metadata` object describes.
    pub(crate) fn of(metadata: Value<'_>) -> Self {
        let number = metadata.get("display_phone_number").text();
        let digits = number.as_deref().and_then(phone::digits);
        let id = metadata.get("phone_number_id").text().or(number.filter(|_| digits.is_none()));
        Self { id, number: digits }
    }

    /// Whether a text is the business's number, in any format, or its id.
    fn is(&self, text: &str) -> bool {
        self.id.as_deref() == Some(text) || (self.number.is_some() && phone::digits(text) == self.number)
    }

    /// Returns the business as a participant. If `metadata` has no number, `number` is used instead.
    fn participant(&self, number: Option<String>) -> Option<Participant> {
        let other = number.filter(|_| self.number.is_none());
        let phone = self.number.clone().or_else(|| phone::digits(other.as_deref()?));
        let id = self.id.clone().or_else(|| phone.clone()).or(other);
        Participant { id, role: Role::Business, phone, ..Participant::default() }.known()
    }
}

impl Who {
    /// Returns the two sides of a message in WhatsApp's shape: `from` is the customer.
    pub(crate) fn of_message(message: &Object<'_>) -> Self {
        Self {
            customer: message.get("from").text(),
            user_id: message.get("from_user_id").text(),
            group: message.get("group_id").text(),
            business: message.get("to").text(),
            is_from_business: false,
        }
    }

    /// Returns the two sides of an echo: `from` is the business, `to` the customer or a group.
    pub(crate) fn of_echo(message: &Object<'_>) -> Self {
        let (to, is_to_group) = (message.get("to").text(), message.get("recipient_type").is("group"));
        let (customer, group) = if is_to_group { (None, to) } else { (to, None) };
        Self {
            customer,
            user_id: message.first_of(&["to_user_id", "recipient_user_id"]).text(),
            group: message.get("group_id").text().or(group),
            business: message.get("from").text(),
            is_from_business: true,
        }
    }

    /// Returns the two sides of a status: `recipient_id` is the customer, or a group that the customer is a member of.
    pub(crate) fn of_status(status: &Object<'_>) -> Self {
        let (member, recipient) = (status.get("recipient_participant_id"), status.first_of(&["recipient_id", "to"]).text());
        let is_group = status.get("recipient_type").is("group") || member.is_given();
        let (customer, group) = if is_group { (member.text(), recipient) } else { (recipient, None) };
        let user_id = if is_group { "recipient_participant_user_id" } else { "recipient_user_id" };
        Self {
            customer,
            user_id: status.get(user_id).text(),
            group: status.get("group_id").text().or(group),
            business: status.get("from").text(),
            is_from_business: false,
        }
    }

    /// Returns the two sides of an object of unknown kind. `from` or `to` is the customer only if the other one is the business.
    pub(crate) fn of_unknown(object: &Object<'_>, business: &Business) -> Self {
        let [from, to] = ["from", "to"].map(|name| object.get(name).text());
        let is_business = |text: &Option<String>| text.as_deref().is_some_and(|text| business.is(text));
        let receiver = object.first_of(&["to_user_id", "recipient_user_id"]).text();
        let user_id = object.first_of(&["user_id", "from_user_id"]).text();
        let is_from_business = is_business(&from) || (user_id.is_none() && receiver.is_some());
        let other = if is_business(&from) { to } else { from.filter(|_| is_business(&to)) };
        Self {
            customer: object.get("wa_id").text().or(other),
            user_id: user_id.or(receiver),
            group: object.get("group_id").text(),
            business: None,
            is_from_business,
        }
    }

    /// Whether the customer is known.
    pub(crate) fn has_customer(&self) -> bool {
        self.customer.is_some() || self.user_id.is_some()
    }

    /// Whether a text is the customer's number or id, ignoring the `+` of a number.
    pub(crate) fn has(&self, text: &str) -> bool {
        let key = phone::key(Cow::Borrowed(text));
        self.customer.iter().chain(&self.user_id).any(|known| phone::key(Cow::Borrowed(known)) == key)
    }

    /// Returns the contacts that describe the customer.
    pub(crate) fn matching(&self, contacts: &Contacts<'_>) -> Matches {
        contacts.matching(self.customer.iter().chain(&self.user_id).map(String::as_str))
    }

    /// Returns the event data with the conversation, the sender and the recipient.
    pub(crate) fn data(self, business: &Business, name: Option<String>, number: Option<String>) -> Data {
        let phone = self.customer.as_deref().and_then(phone::digits);
        let id = self.user_id.or(self.customer.filter(|_| phone.is_none()));
        let phone = phone.or(number);
        let id = phone.clone().or(id);
        let conversation = self.group.or_else(|| id.clone());
        let customer = Participant { id, role: Role::Customer, name, phone, email: None }.known();
        let business = business.participant(self.business);
        let (sender, recipient) = if self.is_from_business { (business, customer) } else { (customer, business) };
        Data { conversation, sender, recipient, ..Data::default() }
    }
}
