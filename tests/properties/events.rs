//! One event against its own body: no person is guessed, and nothing is empty.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::event::{CloudEvent, Participant};
use testkit::schema;

use crate::leaves;

/// Checks an event: it is valid, and every ID, name, number and address in it appears unabridged in the event's own
/// part of the body.
///
/// # Panics
/// If the event is not valid, or contains a value that its body does not.
pub(crate) fn check(event: &CloudEvent) {
    let json = serde_json::to_value(event).expect("an event as JSON");
    assert_eq!(schema::violations(&json), Vec::<String>::new(), "{json}");
    let data = &event.data;
    if let Some(message) = &data.message {
        let has_content = message.text.is_some() || !message.attachments.is_empty() || message.replaces.is_some();
        assert!(has_content, "an empty message: {json}");
    }
    let said = Said(leaves::of(&data.original.body));
    let message = data.message.as_ref().map(|message| [&message.id, &message.reply_to, &message.replaces]);
    let ids = message.into_iter().flatten().flatten();
    let of_status = data.status.as_ref().and_then(|status| status.message_id.as_ref());
    let of_reaction = data.reaction.as_ref().and_then(|reaction| reaction.message_id.as_ref());
    for id in ids.chain(of_status).chain(of_reaction) {
        assert!(said.is(id), "the ID {id:?} is not in the body: {json}");
    }
    for participant in [&data.sender, &data.recipient].into_iter().flatten() {
        said.check(participant, &json);
    }
    if let Some(conversation) = &data.conversation {
        assert!(said.is_person(conversation) || said.is_pair(conversation), "{conversation:?} is not in the body: {json}");
    }
}

/// The strings and numbers in an event's own body.
struct Said(BTreeSet<String>);

impl Said {
    fn is(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// Returns whether a text is in the body, or consists of the digits of a phone number in it.
    fn is_person(&self, text: &str) -> bool {
        self.is(text) || self.0.iter().any(|leaf| phone(leaf).as_deref() == Some(text))
    }

    /// Returns whether a text is a pair `a:b` of two texts in the body, with `%` and `:` escaped in each.
    fn is_pair(&self, text: &str) -> bool {
        let unescape = |half: &str| half.replace("%3A", ":").replace("%25", "%");
        text.split_once(':').is_some_and(|(one, other)| one <= other && self.is(&unescape(one)) && self.is(&unescape(other)))
    }

    /// Returns whether a name is in the body, or is composed of a first and a last name in it.
    fn is_name(&self, name: &str) -> bool {
        let halves = name.match_indices(' ').map(|(space, _)| (&name[..space], &name[space + 1..]));
        self.is(name) || halves.into_iter().any(|(first, last)| self.is(first) && self.is(last))
    }

    fn check(&self, participant: &Participant, json: &Value) {
        let Participant { id, name, phone, email, .. } = participant;
        for person in [id, phone].into_iter().flatten() {
            assert!(self.is_person(person), "{person:?} is not in the body: {json}");
        }
        assert!(name.as_ref().is_none_or(|name| self.is_name(name)), "the name is not in the body: {json}");
        assert!(email.as_ref().is_none_or(|email| self.is(email)), "the address is not in the body: {json}");
    }
}

/// Returns the digits of a phone number: an optional `+`, then 6 to 15 digits, optionally separated by spaces, dots,
/// dashes or brackets.
fn phone(text: &str) -> Option<String> {
    let rest = text.trim().strip_prefix('+').unwrap_or(text.trim());
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let is_number = rest.chars().all(|character| character.is_ascii_digit() || " .-()[]\u{a0}".contains(character));
    (is_number && (6..=15).contains(&digits.len())).then_some(digits)
}
