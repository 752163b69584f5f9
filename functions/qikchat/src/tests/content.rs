//! The content of messages.

use serde_json::{Value, json};
use shared::event::{AttachmentKind, Kind};

use super::{event, from_customer, message, who};

fn text(members: Value) -> Option<String> {
    message(&from_customer(members)).text
}

/// The kinds and names of the attachments.
fn attached(members: Value) -> Vec<(AttachmentKind, Option<String>)> {
    message(&from_customer(members)).attachments.into_iter().map(|one| (one.kind, one.name)).collect()
}

fn named(kind: AttachmentKind, name: &str) -> Vec<(AttachmentKind, Option<String>)> {
    vec![(kind, Some(name.to_owned()))]
}

#[test]
fn the_text_is_what_a_person_would_read() {
    for (members, expected) in [
        (json!({"type": "text", "text": {"body": "Hello"}}), "Hello"),
        (json!({"type": "text", "text": "Hello"}), "Hello"),
        (json!({"text": {"body": 7}}), "7"),
        (json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}}}), "Yes"),
        (
            json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "l", "title": "Row", "description": "x"}}}),
            "Row",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}}),
            "Sent",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "button", "header": {"type": "text", "text": "H"}, "body": {"text": "B"}, "action": {}}}),
            "H\nB",
        ),
        (json!({"type": "button", "button": {"payload": "p", "text": "Confirm"}}), "Confirm"),
        (json!({"type": "button", "button": {"payload": "p"}}), "p"),
        (json!({"type": "image", "image": {"id": "1", "caption": "Look"}}), "Look"),
        (json!({"type": "order", "order": {"text": "Gift wrap"}}), "Gift wrap"),
        (
            json!({"type": "system", "system": {"body": "Ada changed her number", "type": "user_changed_number", "wa_id": "12025550177"}}),
            "Ada changed her number",
        ),
    ] {
        assert_eq!(text(members.clone()).as_deref(), Some(expected), "{members}");
    }
}

#[test]
fn what_a_person_typed_is_not_changed() {
    for typed in [r#"{"type":"button_reply","text":{"body":"x"}}"#, "<b>bold</b> &amp; *bold*", " padded\n", "{\"a\":1e999}", "&quot;"] {
        assert_eq!(text(json!({"type": "text", "text": {"body": typed}})).as_deref(), Some(typed));
    }
}

#[test]
fn a_type_without_text_is_an_attachment_named_after_it() {
    for (members, name) in [
        (
            json!({"type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}}),
            "call_permission_reply",
        ),
        (json!({"type": "interactive", "interactive": {"type": "payment", "payment": {"reference_id": "r"}}}), "payment"),
        (json!({"type": "interactive", "interactive": {"button_reply": {"id": "b"}}}), "interactive"),
        (json!({"type": "system", "system": {"type": "user_changed_number", "new_wa_id": "12025550177"}}), "user_changed_number"),
        (json!({"type": "unsupported", "errors": [{"code": 131_051}]}), "unsupported"),
        (json!({"type": "order", "order": {"product_items": [{}]}}), "order"),
        (json!({"type": "image", "image": {}}), "image"),
        (json!({"type": "contacts", "contacts": []}), "contacts"),
        (json!({"type": "tomorrow", "tomorrow": {"x": 1}}), "tomorrow"),
    ] {
        assert_eq!(attached(members.clone()), named(AttachmentKind::Other, name), "{members}");
    }
}

#[test]
fn media_locations_and_contact_cards_are_attachments() {
    let media = |name: &str, object: Value| attached(json!({"type": name, name: object}));
    assert_eq!(media("document", json!({"filename": "a.pdf"})), named(AttachmentKind::File, "a.pdf"));
    assert_eq!(media("audio", json!({"voice": true})), [(AttachmentKind::Voice, None)]);
    assert_eq!(media("audio", json!({"id": "1"})), [(AttachmentKind::Audio, None)]);
    assert_eq!(media("sticker", json!({"id": "1"})), [(AttachmentKind::Sticker, None)]);
    assert_eq!(media("template", json!({"name": "welcome"})), named(AttachmentKind::Template, "welcome"));
    let place = message(&from_customer(json!({"type": "location", "location": {"latitude": 0, "longitude": "-1.5", "name": "Here"}})));
    assert_eq!((place.attachments[0].latitude, place.attachments[0].longitude), (Some(0.0), Some(-1.5)));
    let cards = json!([{"name": {"formatted_name": "Bo Bell"}}, {"name": {"first_name": "Cy"}}, {"phones": [{"phone": "1"}]}, {}, 5]);
    let names: Vec<_> = attached(json!({"type": "contacts", "contacts": cards})).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, [Some("Bo Bell".to_owned()), Some("Cy".to_owned()), None]);
    let image =
        message(&from_customer(json!({"image": {"link": "https://files.example.org/1", "mime_type": "image/png", "file_size": "77"}})));
    let image = &image.attachments[0];
    assert_eq!(
        (image.url.as_deref(), image.content_type.as_deref(), image.size),
        (Some("https://files.example.org/1"), Some("image/png"), Some(77))
    );
}

#[test]
fn a_message_without_content_is_of_kind_unknown() {
    for members in [
        json!({"type": "text"}),
        json!({"type": "text", "text": {"body": ""}}),
        json!({"type": "button", "button": {}}),
        json!({}),
        json!({"type": "edit"}),
        json!({"type": "reaction"}),
        json!({"type": "reaction", "reaction": {}}),
        json!({"text": {"preview_url": true}}),
    ] {
        let [one, again] = [event(&from_customer(members.clone())), event(&from_customer(members.clone()))];
        assert_eq!((one.data.kind, &one.data.message, &one.data.reaction), (Kind::Unknown, &None, &None), "{members}");
        assert_eq!(one.data.conversation.as_deref(), Some("12025550163"));
        assert_eq!(who(one.data.sender.as_ref()), Some([Some("12025550163"), None, Some("12025550163")]));
        assert_eq!(one.id, again.id, "the message id identifies it");
    }
}

#[test]
fn an_edit_replaces_a_message() {
    let edit = |edit: Value| message(&from_customer(json!({"type": "edit", "edit": edit})));
    let one = edit(
        json!({"original_message_id": "wamid.O", "message": {"context": {"id": "wamid.C"}, "type": "text", "text": {"body": "At four"}}}),
    );
    assert_eq!((one.id.as_deref(), one.text.as_deref(), one.replaces.as_deref()), (Some("wamid.1"), Some("At four"), Some("wamid.O")));
    assert_eq!((one.reply_to.as_deref(), one.attachments.len()), (Some("wamid.C"), 0));
    let caption = edit(json!({"original_message_id": "wamid.O", "message": {"type": "image", "image": {"id": "1", "caption": "New"}}}));
    assert_eq!((caption.text.as_deref(), caption.attachments.len()), (Some("New"), 1));
    let bare = edit(json!({"original_message_id": "wamid.O"}));
    assert_eq!((bare.text, bare.replaces.as_deref(), bare.attachments.len()), (None, Some("wamid.O"), 0));
}

#[test]
fn a_reaction_can_be_removed() {
    let reaction =
        |reaction: Value| event(&from_customer(json!({"type": "reaction", "reaction": reaction}))).data.reaction.expect("a reaction");
    let one = reaction(json!({"emoji": "❤️", "message_id": "wamid.O"}));
    assert_eq!((one.emoji.as_deref(), one.message_id.as_deref(), one.removed), (Some("❤️"), Some("wamid.O"), false));
    for removed in [json!({"emoji": "", "message_id": "wamid.O"}), json!({"message_id": "wamid.O"})] {
        assert!(reaction(removed).removed);
    }
}
