//! The `contacts` next to WhatsApp's arrays, and the customers that they describe.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use shared::json::{Piece, Value};

use crate::object::{Member, elements};
use crate::phone;

/// The contacts of one object, indexed by each of their numbers and ids.
pub(crate) struct Contacts<'d>(HashMap<Cow<'d, str>, Same<'d>>);

/// The contacts that share a number or id. Usually, there is only one.
struct Same<'d> {
    first: Value<'d>,
    others: Vec<Value<'d>>,
}

/// The contacts that match a customer.
#[derive(Default)]
pub(crate) struct Matches {
    /// The profile name of the first contact that has one.
    pub(crate) name: Option<String>,
    /// The digits of the first phone number among them.
    pub(crate) number: Option<String>,
    /// The pieces of all matching contacts, without duplicates.
    pub(crate) pieces: Vec<Piece>,
}

impl<'d> Contacts<'d> {
    /// Indexes all contacts among an object's members, including repeated members named `contacts`.
    pub(crate) fn of(members: &[Member<'d>]) -> Self {
        let mut contacts = HashMap::<_, Same<'_>>::new();
        for contact in elements(members, "contacts") {
            let keys = contact.members().filter(|(name, _)| matches!(&**name, "wa_id" | "to" | "user_id"));
            for key in keys.filter_map(|(_, value)| text_of(value).map(phone::key)) {
                match contacts.entry(key) {
                    Entry::Occupied(same) => same.into_mut().others.push(contact),
                    Entry::Vacant(new) => drop(new.insert(Same { first: contact, others: Vec::new() })),
                }
            }
        }
        Self(contacts)
    }

    /// Returns the contacts with any of these numbers or ids. Earlier keys take precedence.
    pub(crate) fn matching<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Matches {
        let mut matches = Matches::default();
        for key in keys {
            let same = self.0.get(&phone::key(Cow::Borrowed(key)));
            for contact in same.into_iter().flat_map(|same| std::iter::once(same.first).chain(same.others.iter().copied())) {
                matches.name = matches.name.or_else(|| name_of(contact));
                matches.number = matches.number.or_else(|| number_of(contact));
                matches.pieces.push(contact.piece());
            }
        }
        matches.pieces.sort_unstable();
        matches.pieces.dedup();
        matches
    }
}

/// Returns a contact's profile name.
pub(crate) fn name_of(contact: Value<'_>) -> Option<String> {
    contact.get("profile").get("name").text()
}

fn number_of(contact: Value<'_>) -> Option<String> {
    ["wa_id", "to"].iter().find_map(|name| phone::digits(&text_of(contact.get(name))?))
}

/// Returns a value's text, borrowed from the body if it needs no decoding.
fn text_of(value: Value<'_>) -> Option<Cow<'_, str>> {
    if value.is_number() { value.text().map(Cow::Owned) } else { value.string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::containers;
    use shared::json::Document;

    const BODY: &str = r#"{"contacts":[{"wa_id":"12025550163","to":"+12025550163","user_id":"US.1","profile":{"name":"Ada"}},{"wa_id":12025550177},"x"],
        "contacts":[{"user_id":"US.1","profile":{"name":"Other"}},{"to":"1 202 555 0188"}]}"#;

    fn matching(keys: &[&str]) -> (Option<String>, Option<String>, usize) {
        let document = Document::parse(BODY.as_bytes()).expect("JSON");
        let matches = Contacts::of(&containers(document.root())).matching(keys.iter().copied());
        (matches.name, matches.number, matches.pieces.len())
    }

    #[test]
    fn a_contact_matches_exactly_except_for_a_plus() {
        let ada = (Some("Ada".to_owned()), Some("12025550163".to_owned()));
        assert_eq!(matching(&["12025550163"]), (ada.0.clone(), ada.1.clone(), 1));
        assert_eq!(matching(&["+12025550163"]), (ada.0.clone(), ada.1.clone(), 1));
        assert_eq!(matching(&["US.1", "12025550163"]), (ada.0, ada.1, 2));
        assert_eq!(matching(&["12025550177"]), (None, Some("12025550177".to_owned()), 1));
        for key in ["1 202 555 0163", "2025550163", "us.1", "US.", "12025550188", ""] {
            assert_eq!(matching(&[key]), (None, None, 0), "{key}");
        }
    }
}
