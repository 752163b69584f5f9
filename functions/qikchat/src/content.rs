//! What a WhatsApp message holds: the text a person would read, and what came with it.

use shared::event::{Attachment, AttachmentKind};
use shared::json::Value;

/// The media of a message, under the name of its type.
const MEDIA: [&str; 6] = ["image", "video", "audio", "voice", "document", "sticker"];

pub(crate) fn text(message: &Value<'_>) -> Option<String> {
    let interactive = &message["interactive"];
    let body = message["text"]["body"].or(&message["text"]);
    let chosen = interactive["button_reply"]["title"].or(&interactive["list_reply"]["title"]).or(&interactive["nfm_reply"]["body"]);
    let button = message["button"]["text"].or(&message["button"]["payload"]);
    let captions = MEDIA.iter().map(|name| &message[name]["caption"]);
    let parts = [body, chosen, button, &message["order"]["text"]].into_iter().chain(captions);
    let parts: Vec<String> = parts.filter_map(Value::text).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

pub(crate) fn attachments(message: &Value<'_>) -> Vec<Attachment> {
    let media = MEDIA.iter().filter(|name| message[name].is_object()).map(|name| media(name, &message[name]));
    let place = Some(&message["location"]).filter(|place| place.is_object()).map(location);
    let cards = message["contacts"].elements().iter().map(|card| contact(&card.value));
    let mut attachments: Vec<Attachment> = media.chain(place).chain(cards).collect();
    let read = ["text", "interactive", "button"].iter().any(|name| message[name].is_given());
    if attachments.is_empty() && !read {
        // An order, an unsupported message, a type of tomorrow.
        attachments.push(Attachment { kind: AttachmentKind::Other, name: message["type"].text(), ..Attachment::default() });
    }
    attachments
}

fn media(name: &str, media: &Value<'_>) -> Attachment {
    let kind = match name {
        "image" => AttachmentKind::Image,
        "video" => AttachmentKind::Video,
        "audio" if matches!(media["voice"], Value::Bool(true)) => AttachmentKind::Voice,
        "audio" => AttachmentKind::Audio,
        "voice" => AttachmentKind::Voice,
        "sticker" => AttachmentKind::Sticker,
        _ => AttachmentKind::File,
    };
    Attachment {
        kind,
        url: media["url"].or(&media["link"]).text(),
        name: media["filename"].text(),
        content_type: media["mime_type"].text(),
        size: media["file_size"].or(&media["size"]).size(),
        ..Attachment::default()
    }
}

fn location(place: &Value<'_>) -> Attachment {
    Attachment {
        kind: AttachmentKind::Location,
        url: place["url"].text(),
        name: place["name"].or(&place["address"]).text(),
        latitude: place["latitude"].as_f64(),
        longitude: place["longitude"].as_f64(),
        ..Attachment::default()
    }
}

fn contact(card: &Value<'_>) -> Attachment {
    let name = &card["name"];
    Attachment {
        kind: AttachmentKind::Contact,
        name: name["formatted_name"].or(&name["first_name"]).or(name).text(),
        ..Attachment::default()
    }
}
