//! Generated bodies that mix all shapes, and their expected events.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::event::Kind;

pub(super) const CUSTOMERS: usize = 5;

/// How a customer is identified: by number, by id, or by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Number,
    Id,
    Both,
}

#[derive(Debug, Clone)]
struct Item {
    customer: usize,
    named: Named,
    array: &'static str,
    in_group: bool,
    is_hollow: bool,
}

/// One object with arrays, `contacts` and `metadata`.
#[derive(Debug, Clone)]
struct Scope {
    items: Vec<Item>,
    contacts: Vec<(usize, Named)>,
}

#[derive(Debug, Clone)]
pub(super) struct Body {
    entries: Vec<Vec<Scope>>,
    payload: Option<Scope>,
    own: Option<(usize, bool)>,
    top: Option<Scope>,
    bare: Option<Item>,
}

/// The expected event of one item.
pub(super) struct Expected {
    pub(super) token: String,
    pub(super) customer: usize,
    /// The kind, the conversation, and the customer's id and name.
    pub(super) data: (Kind, Option<String>, Option<String>, Option<String>),
    /// The texts about other customers that its body can contain: the contacts next to it that match no event.
    pub(super) allowed: Vec<String>,
}

pub(super) fn number(customer: usize) -> String {
    format!("1202555016{customer}")
}

pub(super) fn id(customer: usize) -> String {
    format!("US.10{customer}00000{customer}")
}

pub(super) fn name(customer: usize) -> String {
    format!("name-{customer}-of-customer")
}

fn naming() -> impl Strategy<Value = Named> {
    prop_oneof![Just(Named::Number), Just(Named::Id), Just(Named::Both)]
}

fn item() -> impl Strategy<Value = Item> {
    let arrays =
        prop_oneof![3 => Just("messages"), 2 => Just("statuses"), 1 => Just("message_echoes"), 1 => Just("errors"), 1 => Just("tomorrow")];
    (0..CUSTOMERS, naming(), arrays, prop::bool::weighted(0.2), prop::bool::weighted(0.1))
        .prop_map(|(customer, named, array, in_group, is_hollow)| Item { customer, named, array, in_group, is_hollow })
}

fn scope() -> impl Strategy<Value = Scope> {
    let contacts = prop::collection::vec((0..CUSTOMERS, naming()), 0..4);
    (prop::collection::vec(item(), 0..5), contacts).prop_map(|(items, contacts)| Scope { items, contacts })
}

pub(super) fn bodies() -> impl Strategy<Value = Body> {
    let entries = prop::collection::vec(prop::collection::vec(scope(), 0..4), 0..3);
    let bare = item().prop_map(|item| Item { array: if item.array == "statuses" { "statuses" } else { "messages" }, ..item });
    let own = (0..CUSTOMERS, any::<bool>());
    (entries, prop::option::of(scope()), prop::option::of(own), prop::option::of(scope()), prop::option::of(bare))
        .prop_map(|(entries, payload, own, top, bare)| Body { entries, payload, own, top, bare })
}

/// Adds the members that identify a customer.
fn add(object: &mut Map<String, Value>, customer: usize, named: Named, members: [&str; 2]) {
    if named != Named::Id {
        object.insert(members[0].to_owned(), json!(number(customer)));
    }
    if named != Named::Number {
        object.insert(members[1].to_owned(), json!(id(customer)));
    }
}

impl Item {
    fn json(&self, token: &str) -> Value {
        let mut object = Map::new();
        object.insert("token".to_owned(), json!(token));
        object.insert("id".to_owned(), json!(format!("id-{token}")));
        object.insert("timestamp".to_owned(), json!("1795000355"));
        let group = format!("group-{}", self.customer);
        match self.array {
            "statuses" if self.in_group => {
                object.insert("recipient_type".to_owned(), json!("group"));
                object.insert("recipient_id".to_owned(), json!(group));
                add(&mut object, self.customer, self.named, ["recipient_participant_id", "recipient_participant_user_id"]);
            }
            "statuses" => add(&mut object, self.customer, self.named, ["recipient_id", "recipient_user_id"]),
            "message_echoes" => add(&mut object, self.customer, self.named, ["to", "to_user_id"]),
            "messages" => add(&mut object, self.customer, self.named, ["from", "from_user_id"]),
            _ => add(&mut object, self.customer, self.named, ["wa_id", "user_id"]),
        }
        if self.in_group && self.array != "statuses" {
            object.insert("group_id".to_owned(), json!(group));
        }
        match self.array {
            _ if self.is_hollow => {}
            "statuses" => drop(object.insert("status".to_owned(), json!("read"))),
            _ => drop(object.insert("text".to_owned(), json!({"body": format!("text-{token}")}))),
        }
        Value::Object(object)
    }

    fn kind(&self) -> Kind {
        match self.array {
            _ if self.is_hollow => Kind::Unknown,
            "messages" | "message_echoes" => Kind::Message,
            "statuses" => Kind::Status,
            _ => Kind::Unknown,
        }
    }

    fn matches(&self, (customer, named): (usize, Named)) -> bool {
        customer == self.customer && (named == Named::Both || self.named == Named::Both || named == self.named)
    }

    fn expected(&self, token: &str, contacts: &[(usize, Named)], others: &[&Item]) -> Expected {
        let mine: Vec<_> = contacts.iter().filter(|contact| self.matches(**contact)).collect();
        let has_number = self.named != Named::Id || mine.iter().any(|(_, named)| *named != Named::Id);
        let person = if has_number { number(self.customer) } else { id(self.customer) };
        let conversation = if self.in_group { format!("group-{}", self.customer) } else { person.clone() };
        let orphans = contacts.iter().filter(|contact| !others.iter().any(|other| other.matches(**contact)));
        Expected {
            token: token.to_owned(),
            customer: self.customer,
            data: (self.kind(), Some(conversation), Some(person), (!mine.is_empty()).then(|| name(self.customer))),
            allowed: orphans.flat_map(|(customer, _)| [number(*customer), id(*customer), name(*customer)]).collect(),
        }
    }
}

impl Scope {
    /// Adds the arrays to an object, and the expected events of their items.
    fn write(&self, object: &mut Map<String, Value>, prefix: &str, expected: &mut Vec<Expected>, bare: Option<&Item>) {
        object.insert("metadata".to_owned(), json!({"phone_number_id": "508813370042216"}));
        let contacts = self.contacts.iter().map(|(customer, named)| {
            let mut contact = Map::new();
            contact.insert("profile".to_owned(), json!({"name": name(*customer)}));
            add(&mut contact, *customer, *named, ["wa_id", "user_id"]);
            Value::Object(contact)
        });
        object.insert("contacts".to_owned(), contacts.collect());
        object.insert("messages".to_owned(), json!([]));
        let all: Vec<&Item> = self.items.iter().chain(bare).collect();
        for (index, item) in self.items.iter().enumerate() {
            let token = format!("{prefix}-{index}-of-{}", item.customer);
            let array = object.entry(item.array).or_insert_with(|| json!([]));
            array.as_array_mut().expect("an array").push(item.json(&token));
            expected.push(item.expected(&token, &self.contacts, &all));
        }
    }
}

impl Body {
    /// Returns the object beside the top-level arrays, unless an array has the same name.
    fn bare(&self) -> Option<&Item> {
        let has_statuses = self.top.iter().flat_map(|scope| &scope.items).any(|item| item.array == "statuses");
        self.bare.as_ref().filter(|item| item.array != "statuses" || !has_statuses)
    }

    fn top_items(&self) -> Vec<&Item> {
        self.top.iter().flat_map(|scope| &scope.items).chain(self.bare()).collect()
    }

    pub(super) fn json(&self) -> (Value, Vec<Expected>) {
        let (mut root, mut expected) = (Map::new(), Vec::new());
        let entries = self.entries.iter().enumerate().map(|(entry, changes)| {
            let changes = changes.iter().enumerate().map(|(change, scope)| {
                let prefix = format!("entry-{entry}-{change}");
                let mut value = Map::new();
                scope.write(&mut value, &prefix, &mut expected, None);
                json!({"field": prefix, "value": value})
            });
            json!({"id": format!("entry-{entry}"), "changes": changes.collect::<Vec<_>>()})
        });
        let entries: Vec<Value> = entries.collect();
        root.insert("entry".to_owned(), json!(entries));
        if let Some(scope) = self.payload.as_ref().filter(|scope| !scope.items.is_empty()) {
            let mut payload = Map::new();
            scope.write(&mut payload, "payload", &mut expected, None);
            root.insert("payload".to_owned(), json!(payload));
        }
        if let Some(scope) = &self.top {
            scope.write(&mut root, "top", &mut expected, self.bare());
        }
        if let Some(item) = self.bare() {
            let token = format!("bare-of-{}", item.customer);
            let member = if item.array == "statuses" { "statuses" } else { "message" };
            root.insert(member.to_owned(), item.json(&token));
            let contacts = self.top.as_ref().map_or(&[][..], |scope| &scope.contacts);
            expected.push(item.expected(&token, contacts, &self.top_items()));
        }
        if let Some((customer, is_nested)) =
            self.own.filter(|(_, nested)| !nested && !root.contains_key("payload") || *nested && !root.contains_key("message"))
        {
            let token = format!("own-of-{customer}");
            let message =
                json!({"token": token, "from": "447700900150", "timestamp": "1795000355", "text": {"body": format!("text-{token}")}});
            let contacts = json!([{"to": number(customer), "profile": {"name": name(customer)}}]);
            let payload = json!({"id": format!("id-{token}"), "contacts": contacts, "message": message});
            match is_nested {
                true => root.insert("message".to_owned(), json!({"event": "whatsapp:message:in", "payload": payload})),
                false => root.insert("payload".to_owned(), payload),
            };
            let data = (Kind::Message, Some(number(customer)), Some(number(customer)), Some(name(customer)));
            expected.push(Expected { token, customer, data, allowed: Vec::new() });
        }
        (Value::Object(root), expected)
    }

    /// Returns the texts of the top-level contacts that match no event. They stay in every event.
    pub(super) fn orphans(&self) -> Vec<String> {
        let Some(top) = &self.top else { return Vec::new() };
        let items = self.top_items();
        let orphans = top.contacts.iter().filter(|contact| !items.iter().any(|item| item.matches(**contact)));
        orphans.flat_map(|(customer, _)| [number(*customer), id(*customer), name(*customer)]).collect()
    }
}
