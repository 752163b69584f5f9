//! People and conversations, and their ids.
//!
//! Since 2021, `client_id` is the integration's id and `id` is Kommo's. Before that, `id` was the integration's. Therefore,
//! `client_id` takes precedence for them. Messages are identified by `id`.

use shared::event::{Participant, Role};
use shared::json::Value;

/// Returns the id of a person or conversation.
pub(crate) fn id_of(thing: Value<'_>) -> Option<String> {
    thing.get("client_id").text().or_else(|| thing.get("id").text())
}

/// Returns a person, or `None` if nothing is known about them.
pub(crate) fn participant(person: Value<'_>, role: Role) -> Option<Participant> {
    let text = |name: &str| person.get(name).text();
    Participant { id: id_of(person), role, name: text("name"), phone: text("phone"), email: text("email") }.known()
}
