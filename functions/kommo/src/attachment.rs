//! The attachment that a message's `type` and `media` describe.

use shared::event::{Attachment, AttachmentKind};

use crate::fields::Fields;

/// Returns a message's attachment. A message whose type represents a file has one only if it has the file's URL.
pub(crate) fn of(fields: Fields<'_, '_>) -> Option<Attachment> {
    let word = fields.text("type");
    let kind = match word.as_deref() {
        None | Some("text" | "file") => AttachmentKind::File,
        Some("picture") => AttachmentKind::Image,
        Some("video") => AttachmentKind::Video,
        Some("audio") => AttachmentKind::Audio,
        Some("voice") => AttachmentKind::Voice,
        Some("sticker") => AttachmentKind::Sticker,
        Some("location") => AttachmentKind::Location,
        Some("contact") => AttachmentKind::Contact,
        Some(_) => AttachmentKind::Other,
    };
    let can_lack_url = matches!(kind, AttachmentKind::Location | AttachmentKind::Contact | AttachmentKind::Other);
    let url = fields.text("media");
    if url.is_none() && !can_lack_url {
        return None;
    }
    // Guesses: Kommo does not document the members of a location or a contact.
    let object = |name: &str, of: AttachmentKind| fields.object(name).filter(|_| kind == of);
    let (location, contact) = (object("location", AttachmentKind::Location), object("contact", AttachmentKind::Contact));
    let degrees = |names: [&str; 2], limit: f64| names.iter().find_map(|name| location?.get(name).degrees(limit));
    let file_name = fields.text("file_name");
    let name = match word.as_deref() {
        Some("contact") => file_name.or_else(|| contact?.get("name").text()),
        Some("shared_post") => file_name.or(word),
        // A type unknown to this version: its name says more than the file name.
        Some(_) if kind == AttachmentKind::Other => word,
        _ => file_name,
    };
    Some(Attachment {
        kind,
        url,
        name,
        content_type: None,
        size: fields.size("file_size"),
        thumbnail_url: fields.text("thumbnail"),
        latitude: degrees(["lat", "latitude"], 90.0),
        longitude: degrees(["lon", "longitude"], 180.0),
    })
}
