//! `POST_URL`: Kore.ai delivers a bot's answers, in asynchronous mode.
//!
//! Version 1 has one message in the body's own members, version 2 one in each entry of `data`. The end of a task is
//! documented as a request of its own, and is also accepted beside messages.

use shared::event::{Data, Kind, Participant, Role};
use shared::json::{Piece, Value};
use shared::parse::{Event, Events, Identity, Stop};
use shared::timestamp::Timestamp;

use crate::content::{Author, Content};
use crate::kind_of;

/// The members that say that a task has ended, and which.
const END_OF_TASK: [&str; 4] = ["endOfTask", "endReason", "completedTaskId", "completedTaskName"];

/// Parses the entries of `data`, the body's own message, and the end of a task.
pub(crate) fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    if !body.is_object() {
        return Ok(());
    }
    let conversation = Conversation::of(body);
    let mut is_alone = true;
    // Of several members `data`, each counts: what is not parsed here would be lost where another event leaves it out.
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
    let goes_on = end.raw() == "false" || end.is("false");
    let says_so = end.is_true() || end.is("true") || (is_alone && END_OF_TASK.iter().any(|name| body.get(name).is_given()));
    let ends_task = says_so && !goes_on;
    if ends_task {
        let notice = Data { kind: Kind::Notice, ..Data::default() };
        return events.push(conversation.event(body, notice, pieces(body, &END_OF_TASK)));
    }
    if is_alone { events.push(conversation.event(body, Data::default(), Vec::new())) } else { Ok(()) }
}

/// Between whom a callback's messages are.
struct Conversation {
    bot: Option<String>,
    user: Option<String>,
}

impl Conversation {
    fn of(body: Value<'_>) -> Self {
        let id = |name| body.get(name).get("id").or(body.get(name)).text();
        Self { bot: id("from"), user: id("to") }
    }

    /// Returns the event that says this; its id and its time are in `source`.
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

/// Returns what an entry of `data` says. An entry that is not an object stands for its own `val`.
fn of_entry(entry: Value<'_>) -> Data {
    if entry.get("type").is("event") || entry.get("type").is("endOfTask") || entry.get("endOfTask").is_true() {
        return Data { kind: Kind::Notice, ..Data::default() };
    }
    let text = if entry.is_object() { entry.get("val").or(entry.get("text")) } else { entry };
    message(entry, Content::of(Author::Bot, entry, text))
}

/// Returns what the body itself says.
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

/// Returns the members of these names, the first in the body first.
fn pieces(body: Value<'_>, names: &[&str]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = names.iter().flat_map(|name| body.pieces(name)).collect();
    pieces.sort_unstable();
    pieces
}

/// Returns the identity of a message with this id. It is the id itself, but for one that looks like an identity of the
/// hooks (`hooks:`), which are of the same source: that gets a prefix, and so does one that already has it.
fn identity(id: Option<String>) -> Identity {
    let id = id.map(|id| if id.trim_start_matches("callback:").starts_with("hooks:") { format!("callback:{id}") } else { id });
    Identity::from(id)
}
