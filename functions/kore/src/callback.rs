//! The `POST_URL` role: Kore.ai delivers a bot's messages in asynchronous mode.
//!
//! In version 1, the body's own members are one message. In version 2, each entry of `data` is one. Kore.ai documents the end
//! of a task as a separate request. It is also accepted in a request with messages.

use shared::event::{Data, Kind, Participant, Role};
use shared::json::{Piece, Value};
use shared::parse::{Event, Events, Identity, Stop};
use shared::timestamp::Timestamp;

use crate::content::{Author, Content};
use crate::kind_of;

/// The members that report the end of a task.
const END_OF_TASK: [&str; 4] = ["endOfTask", "endReason", "completedTaskId", "completedTaskName"];

/// Pushes an event for each entry of `data`, for the body's own message, and for the end of a task.
pub(crate) fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    if !body.is_object() {
        return Ok(());
    }
    let conversation = Conversation::of(body);
    let mut is_alone = true;
    // Parse every member named `data`, not only the last one: entries that are not parsed here could be lost from all events.
    for (_, data) in body.members().filter(|(name, _)| name == "data") {
        for entry in data.elements() {
            is_alone = false;
            events.push(conversation.event(entry, of_entry(entry), vec![entry.piece()]))?;
        }
    }
    let said = [("text", body.get("text").is_given()), ("form", body.get("form").is_object())];
    let said: Vec<&str> = said.into_iter().filter_map(|(name, is_said)| is_said.then_some(name)).collect();
    if !said.is_empty() {
        is_alone = false;
        events.push(conversation.event(body, of_body(body), pieces(body, &said)))?;
    }
    let end = body.get("endOfTask");
    let is_continued = end.raw() == "false" || end.is("false");
    let is_reported = end.is_true() || end.is("true") || (is_alone && END_OF_TASK.iter().any(|name| body.get(name).is_given()));
    let ends_task = is_reported && !is_continued;
    if ends_task {
        let notice = Data { kind: Kind::Notice, ..Data::default() };
        return events.push(conversation.event(body, notice, pieces(body, &END_OF_TASK)));
    }
    if is_alone { events.push(conversation.event(body, Data::default(), Vec::new())) } else { Ok(()) }
}

/// The two sides of a callback's messages.
struct Conversation {
    bot: Option<String>,
    user: Option<String>,
}

impl Conversation {
    fn of(body: Value<'_>) -> Self {
        let id = |name| body.get(name).get("id").or(body.get(name)).text();
        Self { bot: id("from"), user: id("to") }
    }

    /// Returns an event with this content. Its id and time come from `source`.
    fn event(&self, source: Value<'_>, said: Data, pieces: Vec<Piece>) -> Event {
        let data = Data {
            conversation: self.user.clone(),
            sender: Participant::with_id(self.bot.clone(), Role::Bot),
            recipient: Participant::with_id(self.user.clone(), Role::Customer),
            ..said
        };
        Event { identity: identity(source.get("messageId").text()), time: Timestamp::of(source.get("createdOn")), data, pieces }
    }
}

/// Returns the content of an entry of `data`. An entry that is not an object counts as its own `val`.
fn of_entry(entry: Value<'_>) -> Data {
    if entry.get("type").is("event") || entry.get("type").is("endOfTask") || entry.get("endOfTask").is_true() {
        return Data { kind: Kind::Notice, ..Data::default() };
    }
    let text = if entry.is_object() { entry.get("val").or(entry.get("text")) } else { entry };
    message(entry, Content::of(Author::Bot, entry, text))
}

/// Returns the content of the body's own message.
fn of_body(body: Value<'_>) -> Data {
    let mut content = Content::of(Author::Bot, body, body.get("text"));
    if body.get("form").is_object() {
        content.add_form(body.get("form"));
    }
    message(body, content)
}

fn message(source: Value<'_>, content: Content) -> Data {
    let message = content.into_message(source.get("messageId").text());
    Data { kind: kind_of(message.as_ref()), message, ..Data::default() }
}

/// Returns the pieces of the members with these names, in body order.
fn pieces(body: Value<'_>, names: &[&str]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = names.iter().flat_map(|name| body.pieces(name)).collect();
    pieces.sort_unstable();
    pieces
}

/// Returns the identity of a message with this id, which is normally the id itself. The hooks role shares the `source` and
/// prefixes its identities with `hooks:`. To keep the two apart, an id with that prefix, or with `callback:` in front of it,
/// gets the prefix `callback:`.
fn identity(id: Option<String>) -> Identity {
    let id = id.map(|id| if id.trim_start_matches("callback:").starts_with("hooks:") { format!("callback:{id}") } else { id });
    Identity::from(id)
}
