//! Attachments that are given as a link or as an object that describes a file.

use shared::event::{Attachment, AttachmentKind};
use shared::json::Value;

/// Returns the attachment that a link or an object describes. Returns `None` for any other value, and for an object without
/// a known member.
///
/// Kore.ai documents links, `url`, and `fileId` with `fileType` and `fileName`. The other names are guesses.
pub(crate) fn of(value: Value<'_>) -> Option<Attachment> {
    if let Some(link) = value.string() {
        return Some(Attachment { kind: AttachmentKind::File, url: Some(link.into_owned()), ..Attachment::default() });
    }
    let payload = value.get("payload");
    let file = described(if payload.is_object() { payload } else { value });
    let kind = value.first_of(&["type", "fileType"]).text().or_else(|| file.content_type.clone());
    let is_known = kind.is_some() || file != Attachment { kind: file.kind, ..Attachment::default() } || value.get("fileId").is_given();
    let kind = kind.as_deref().map_or(AttachmentKind::File, AttachmentKind::of_media_type);
    is_known.then_some(Attachment { kind, ..file })
}

/// Returns the attachment of a media template, or `None` if the type is not a media type or there is no link.
pub(crate) fn of_media(media_type: &str, payload: Value<'_>) -> Option<Attachment> {
    let kind = kind_of_media(media_type)?;
    let file = described(payload);
    file.url.is_some().then_some(Attachment { kind, ..file })
}

/// Returns the attachment kind of a media template type, or `None` for any other type.
pub(crate) fn kind_of_media(media_type: &str) -> Option<AttachmentKind> {
    match media_type {
        "image" => Some(AttachmentKind::Image),
        "audio" => Some(AttachmentKind::Audio),
        "video" => Some(AttachmentKind::Video),
        "attachment" => Some(AttachmentKind::File),
        _ => None,
    }
}

/// Returns the file that an object describes, with [`AttachmentKind::File`] as its kind.
fn described(file: Value<'_>) -> Attachment {
    Attachment {
        kind: AttachmentKind::File,
        url: file.first_of(&["url", "fileUrl"]).text(),
        name: file.first_of(&["name", "fileName", "title"]).text(),
        content_type: file.first_of(&["contentType", "mimeType"]).text(),
        size: file.first_of(&["size", "fileSize"]).size(),
        thumbnail_url: file.get("thumbnailUrl").text(),
        ..Attachment::default()
    }
}
