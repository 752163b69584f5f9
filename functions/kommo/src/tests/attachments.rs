//! Message types and their attachments.

use serde_json::{Value, json};
use shared::event::{Attachment, AttachmentKind, Kind};

use super::{content, event};

fn attachment(message: Value) -> Attachment {
    content(message).attachments.remove(0)
}

#[test]
fn each_type_is_an_attachment() {
    for (word, kind) in [
        ("picture", AttachmentKind::Image),
        ("video", AttachmentKind::Video),
        ("audio", AttachmentKind::Audio),
        ("voice", AttachmentKind::Voice),
        ("sticker", AttachmentKind::Sticker),
        ("file", AttachmentKind::File),
        ("text", AttachmentKind::File),
        ("location", AttachmentKind::Location),
        ("contact", AttachmentKind::Contact),
        ("shared_post", AttachmentKind::Other),
    ] {
        let attachment = attachment(json!({"type": word, "media": "https://example.com/a", "file_name": "a", "file_size": "7"}));
        assert_eq!((attachment.kind, attachment.name.as_deref(), attachment.size), (kind, Some("a"), Some(7)), "{word}");
    }
    assert_eq!(attachment(json!({"media": "https://example.com/a"})).kind, AttachmentKind::File);
}

#[test]
fn an_unknown_type_is_an_attachment_named_after_it() {
    for media in ["https://example.com/a", ""] {
        let message = content(json!({"type": "poll", "text": "Which?", "media": media, "file_name": "a.bin"}));
        assert_eq!(message.text.as_deref(), Some("Which?"));
        let poll = &message.attachments[0];
        assert_eq!(
            (poll.kind, poll.name.as_deref(), poll.url.as_deref().unwrap_or_default()),
            (AttachmentKind::Other, Some("poll"), media)
        );
    }
    let v1 = event(&json!({"receiver": "ada", "type": "poll"}));
    assert_eq!(v1.data.message.expect("a message").attachments[0].name.as_deref(), Some("poll"));
    assert_eq!(attachment(json!({"type": "shared_post"})).name.as_deref(), Some("shared_post"));
    // Without a recipient, it could be the type of anything.
    assert_eq!(event(&json!({"account_id": "1ac", "type": "poll"})).data.kind, Kind::Unknown);
}

#[test]
fn only_a_location_has_coordinates_and_only_a_contact_has_its_name() {
    let place = json!({"lat": "52.5", "longitude": 0});
    let location = attachment(json!({"type": "location", "location": place, "contact": {"name": "Bo"}}));
    assert_eq!((location.latitude, location.longitude, location.name), (Some(52.5), Some(0.0), None));
    let contact = attachment(json!({"type": "contact", "location": place, "contact": {"name": "Bo"}}));
    assert_eq!((contact.latitude, contact.longitude, contact.name.as_deref()), (None, None, Some("Bo")));
    assert_eq!(attachment(json!({"type": "location"})).latitude, None);
    let nowhere = attachment(json!({"type": "location", "location": {"lat": 90.5, "lon": -180}}));
    assert_eq!((nowhere.latitude, nowhere.longitude), (None, Some(-180.0)));
}

/// Not every JSON parser represents larger integers exactly.
#[test]
fn a_size_above_2_to_the_53_minus_1_is_omitted() {
    for (size, expected) in [
        (json!(9_007_199_254_740_991_u64), Some(9_007_199_254_740_991)),
        (json!("9007199254740991"), Some(9_007_199_254_740_991)),
        (json!(9_007_199_254_740_992_u64), None),
        (json!("9007199254740992"), None),
        (json!(u64::MAX), None),
        (json!(1e20), None),
    ] {
        let attachment = attachment(json!({"type": "file", "media": "https://example.com/a", "file_size": size.clone()}));
        assert_eq!(attachment.size, expected, "{size}");
    }
}
