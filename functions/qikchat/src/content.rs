//! The content of a WhatsApp message: the text that a person would read, and the attachments.

use shared::event::{Attachment, AttachmentKind};
use shared::json::Value;

use crate::object::Object;

/// The members that hold a message's media, named after the media type.
const MEDIA: [&str; 6] = ["image", "video", "audio", "voice", "document", "sticker"];

/// The maximum number of contact cards that become attachments. With more, the event would not fit into a queue message
/// anyway.
const MAX_CARDS: usize = 12_000;

/// Returns the text that a person would read, with its parts joined by newlines.
pub(crate) fn text(message: &Object<'_>) -> Option<String> {
    let interactive = Object::of(message.get("interactive"));
    let chosen = ["button_reply", "list_reply"].map(|name| interactive.get(name).get("title"));
    let shown = ["header", "body", "footer"].map(|name| interactive.get(name).get("text"));
    let parts = [message.get("text").get("body").or(message.get("text"))]
        .into_iter()
        .chain(chosen)
        .chain([interactive.get("nfm_reply").get("body")])
        .chain(shown)
        .chain([message.get("button").first_of(&["text", "payload"]), message.get("order").get("text"), message.get("system").get("body")])
        .chain(MEDIA.map(|name| message.get(name).get("caption")));
    let parts: Vec<String> = parts.filter_map(Value::text).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// Returns a message's attachments. If there are none and the type is unknown, or is all that can be shown, the type itself
/// becomes an attachment.
pub(crate) fn attachments(message: &Object<'_>, has_text: bool) -> Vec<Attachment> {
    let given = |name: &str| Some(message.get(name)).filter(|value| value.is_object() && value.is_given());
    let media = MEDIA.iter().filter_map(|name| Some(media(name, &Object::of(given(name)?))));
    let locations = given("location").map(location);
    let cards = message.get("contacts").elements().filter(|card| card.is_object() && card.is_given());
    let templates = given("template").map(|template| named(AttachmentKind::Template, template.get("name").text()));
    let attachments: Vec<Attachment> = media.chain(locations).chain(templates).chain(cards.take(MAX_CARDS).map(contact)).collect();
    if attachments.is_empty() { other(message, has_text).into_iter().collect() } else { attachments }
}

/// Returns an attachment that represents a message's type: a reply without text, an order or an unknown type.
fn other(message: &Object<'_>, has_text: bool) -> Option<Attachment> {
    let kind = message.get("type");
    let word = if let Some(inner) = ["interactive", "system"].iter().map(|name| message.get(name)).find(|inner| inner.is_given()) {
        inner.get("type").or(kind).text().filter(|_| !has_text)
    } else if ["text", "button"].iter().any(|name| message.get(name).is_given() || kind.is(name)) || kind.is("edit") {
        None
    } else {
        kind.text()
    };
    word.map(|word| named(AttachmentKind::Other, Some(word)))
}

fn named(kind: AttachmentKind, name: Option<String>) -> Attachment {
    Attachment { kind, name, ..Attachment::default() }
}

fn media(name: &str, media: &Object<'_>) -> Attachment {
    let kind = match name {
        "image" => AttachmentKind::Image,
        "video" => AttachmentKind::Video,
        "audio" if media.get("voice").is_true() => AttachmentKind::Voice,
        "audio" => AttachmentKind::Audio,
        "voice" => AttachmentKind::Voice,
        "sticker" => AttachmentKind::Sticker,
        _ => AttachmentKind::File,
    };
    Attachment {
        kind,
        url: media.first_of(&["url", "link"]).text(),
        name: media.get("filename").text(),
        content_type: media.get("mime_type").text(),
        size: media.first_of(&["file_size", "size"]).size(),
        ..Attachment::default()
    }
}

fn location(place: Value<'_>) -> Attachment {
    Attachment {
        url: place.get("url").text(),
        latitude: place.get("latitude").degrees(90.0),
        longitude: place.get("longitude").degrees(180.0),
        ..named(AttachmentKind::Location, place.first_of(&["name", "address"]).text())
    }
}

fn contact(card: Value<'_>) -> Attachment {
    let name = card.get("name");
    named(AttachmentKind::Contact, name.first_of(&["formatted_name", "first_name"]).or(name).text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_contact_cards_than_the_maximum_do_not_fit_into_a_queue_message() {
        let smallest = serde_json::to_string(&named(AttachmentKind::Contact, None)).expect("JSON");
        assert!(MAX_CARDS * smallest.len() > shared::envelope::FITTING_BYTES);
    }
}
