//! Version 2's `action`: typing indicators and reactions to messages.

use shared::event::{Data, Kind, Reaction, Role};
use shared::json::{Piece, Value};
use shared::parse::Event;

use crate::participant::{id_of, participant};
use crate::timestamps::Timestamps;

/// Returns an action's events, each with the piece of the member that describes it. If no member describes an event, the
/// action becomes one event of kind `unknown`, without a piece.
pub(crate) fn events(action: Value<'_>) -> impl Iterator<Item = (Event, Option<Piece>)> {
    let timestamps = Timestamps::of(&[action]);
    let members = action.members().zip(action.member_pieces());
    let event = move |kind, about| timestamps.complete(event(kind, about));
    let mut named = members.filter_map(move |((name, about), piece)| Some((event(kind_of(&name, about)?, about), Some(piece)))).peekable();
    let whole = named.peek().is_none().then(|| (event(Kind::Unknown, action), None));
    named.chain(whole)
}

/// Returns the kind of event that a member of an action describes, or `None` if it describes none.
fn kind_of(name: &str, about: Value<'_>) -> Option<Kind> {
    let is_about_somebody = || about.get("user").is_object() || about.get("conversation").is_object();
    match name {
        "typing" => Some(Kind::Typing).filter(|_| about.is_object()),
        "reaction" => Some(Kind::Reaction).filter(|_| about.is_object()),
        "user" | "conversation" => None,
        _ => is_about_somebody().then_some(Kind::Unknown),
    }
}

fn event(kind: Kind, about: Value<'_>) -> Event {
    let data = Data {
        kind,
        conversation: id_of(about.get("conversation")),
        sender: participant(about.get("user"), Role::Agent),
        reaction: (kind == Kind::Reaction).then(|| reaction(about)),
        ..Data::default()
    };
    Timestamps::of(&[about]).complete(Event { data, ..Event::default() })
}

fn reaction(about: Value<'_>) -> Reaction {
    let message = about.get("message");
    let message_id = [about.get("msgid"), message.get("id"), message.get("msgid")].into_iter().find_map(Value::text);
    Reaction { emoji: about.get("emoji").text(), message_id, removed: about.get("type").is("unreact") }
}
