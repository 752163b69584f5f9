//! Requests from clients.

use shared::event::{Attachment, AttachmentKind, Kind, Participant, Role};
use shared::parse::Malformed;
use shared::problem::Rejection;
use testkit::Pipeline;

use super::{HOOKS, HOOKS_V2, Said, attachments, event, id_of, said, text};

fn body(message: &str) -> String {
    format!(r#"{{"message":{message},"from":{{"id":"ada"}},"to":{{"id":"Kore.ai"}}}}"#)
}

fn hooks(message: &str) -> Option<Said> {
    said(&event(HOOKS, &body(message)))
}

#[test]
fn a_customer_writes_to_a_bot() {
    for path in ["hooks/bot-1", "hooks/bot-1/hookInstance/h-1", "v2/webhook/bot-1", "v2/webhook/bot-1/hookInstance/h-1"] {
        let event = event(&format!("/kore/chatbot/{path}"), &body(r#"{"text":"hi"}"#));
        assert_eq!((event.source.as_str(), event.data.channel.as_deref()), ("/kore/bot-1", Some("bot-1")));
        assert_eq!(event.data.conversation.as_deref(), Some("ada"));
        assert_eq!(event.data.sender, Participant::with_id(Some("ada".to_owned()), Role::Customer));
        assert_eq!(event.data.recipient, Participant::with_id(Some("Kore.ai".to_owned()), Role::Bot));
        assert_eq!(said(&event), text("hi"));
    }
}

#[test]
fn what_a_person_typed_is_not_changed() {
    for typed in [
        r#"{"type":"template","payload":{"template_type":"button","text":"a"}}"#,
        "{&quot;text&quot;:&quot;a&quot;}",
        "&lt;b&gt; &amp; <b>",
        "  a  ",
        "{",
        "0",
    ] {
        let string = serde_json::to_string(typed).expect("a string");
        for message in [
            string.clone(),
            format!(r#"{{"text":{string}}}"#),
            format!(r#"{{"text":[{string}]}}"#),
            format!(r#"{{"type":"text","val":{string}}}"#),
            format!(r#"{{"val":{string}}}"#),
        ] {
            assert_eq!(said(&event(HOOKS_V2, &body(&message))), text(typed), "{message}");
        }
    }
}

#[test]
fn the_sender_comes_from_the_body() {
    let sender = |from: &str| {
        let sender = event(HOOKS, &format!(r#"{{"message":"hi","from":{from}}}"#)).data.sender.unwrap_or_default();
        (sender.id.unwrap_or_default(), sender.name, sender.email)
    };
    let ada = |name: Option<&str>, email: Option<&str>| ("ada".to_owned(), name.map(str::to_owned), email.map(str::to_owned));
    let info = r#"{"firstName":"Ada","lastName":"Poe","email":"ada@shop.example"}"#;
    assert_eq!(sender(&format!(r#"{{"id":"ada","name":"A.","userInfo":{info}}}"#)), ada(Some("Ada Poe"), Some("ada@shop.example")));
    assert_eq!(sender(r#"{"id":"ada","userInfo":{"lastName":"Poe"}}"#), ada(Some("Poe"), None));
    assert_eq!(sender(r#"{"id":"ada","name":"A.","userInfo":{"firstName":"","lastName":"","email":""}}"#), ada(Some("A."), None));
    assert_eq!(sender(r#"{"id":" +49 (0) 7 "}"#), (" +49 (0) 7 ".to_owned(), None, None));
    assert_eq!(sender(r#"{"id":12345678901234567890}"#), ("12345678901234567890".to_owned(), None, None));
}

#[test]
fn the_id_is_the_clients_if_it_sends_one() {
    let at_top = r#"{"message":"hi","messageId":"m-1","from":{"id":"ada"}}"#.to_owned();
    for body in [body(r#"{"text":"hi","messageId":"m-1"}"#), at_top] {
        let event = event(HOOKS, &body);
        assert_eq!(event.id, id_of("hooks:m-1"));
        assert_eq!(event.data.message.and_then(|message| message.id).as_deref(), Some("m-1"));
    }
    assert_ne!(event(HOOKS, &body(r#""Yes""#)).id, event(HOOKS, &body(r#""Yes""#)).id);
}

#[test]
fn the_time_comes_from_the_message() {
    assert_eq!(event(HOOKS, &body(r#"{"text":"hi","createdOn":"2026-11-20T09:10:11Z"}"#)).time, "2026-11-20T09:10:11Z");
}

#[test]
fn version_2_has_types() {
    let other = |text: Option<&str>| Some((text.map(str::to_owned), vec![(AttachmentKind::Other, Some("formData".to_owned()))]));
    assert_eq!(hooks(r#"{"type":"formData","val":{"formId":"fm-1","data":{"slot":"Friday"}}}"#), other(None));
    assert_eq!(hooks(r#"{"formData":{"formId":"fm-1","data":[{"input":"Friday"}]}}"#), other(None));
    assert_eq!(hooks(r#"{"text":"Sent","formData":{"formId":"fm-1"}}"#), other(Some("Sent")));
    let template =
        |text: Option<&str>, name: Option<&str>| Some((text.map(str::to_owned), vec![(AttachmentKind::Template, name.map(str::to_owned))]));
    assert_eq!(hooks(r#"{"type":"template","val":{"templateId":"t-1","title":"Intake"}}"#), template(None, None));
    assert_eq!(
        hooks(r#"{"type":"template","val":{"type":"template","payload":{"template_type":"list","text":"All"}}}"#),
        template(Some("All"), Some("list"))
    );
    let event = event(HOOKS_V2, &body(r#"{"type":"event","val":"ON_CONNECT","messageId":"m"}"#));
    assert_eq!((event.data.kind, event.data.message, event.id), (Kind::Notice, None, id_of("hooks:m")));
}

#[test]
fn attachments_are_links_or_objects() {
    let file = |kind, url: Option<&str>| Attachment { kind, url: url.map(str::to_owned), ..Attachment::default() };
    let list = r#"["https://a.example/1",{"url":"https://a.example/2","contentType":"image/png"},{"fileName":"a.txt","fileType":"txt","fileId":"65"},{"fileId":"66"},"",null,7,true,["a"],{},{"a":1}]"#;
    let expected = [
        file(AttachmentKind::File, Some("https://a.example/1")),
        Attachment { content_type: Some("image/png".to_owned()), ..file(AttachmentKind::Image, Some("https://a.example/2")) },
        Attachment { name: Some("a.txt".to_owned()), ..file(AttachmentKind::File, None) },
        file(AttachmentKind::File, None),
    ];
    assert_eq!(attachments(HOOKS, &body(&format!(r#"{{"text":"hi","attachments":{list}}}"#))), expected);
    assert_eq!(attachments(HOOKS_V2, &body(&format!(r#"{{"type":"text","val":"","attachments":{list}}}"#))), expected);
    assert_eq!(attachments(HOOKS, &body(r#"{"attachments":"https://a.example/1"}"#)), expected[..1]);
    let payload = r#"{"attachments":[{"type":"image","payload":{"url":"https://a.example/3"}}]}"#;
    assert_eq!(attachments(HOOKS, &body(payload)), [file(AttachmentKind::Image, Some("https://a.example/3"))]);
}

#[test]
fn a_message_without_content_is_unknown() {
    for message in [
        "null",
        "{}",
        r#""""#,
        "[]",
        r#"{"text":""}"#,
        r#"{"text":"","attachments":[]}"#,
        r#"{"attachments":[{"a":1}]}"#,
        r#"{"type":"formData"}"#,
        r#"{"a":1}"#,
        "true",
    ] {
        let event = event(HOOKS, &body(message));
        assert_eq!((event.data.kind, event.data.message), (Kind::Unknown, None), "{message}");
        assert_eq!((event.data.conversation.as_deref(), event.data.recipient.is_some()), (Some("ada"), true), "{message}");
    }
}

#[test]
fn a_body_without_a_sender_is_malformed() {
    let pipeline = Pipeline::new(&crate::PROVIDER);
    for body in
        ["{}", "[]", r#"{"message":"hi"}"#, r#"{"message":"hi","from":"ada"}"#, r#"{"from":{"id":""}}"#, r#"[{"from":{"id":"ada"}}]"#]
    {
        let (delivery, messages) = pipeline.receive(HOOKS, body.as_bytes());
        assert_eq!(delivery.rejection, Some(Rejection::Malformed(Malformed::MissingField("from.id"))), "{body}");
        assert_eq!((delivery.answer.status, messages.len()), (400, 1));
    }
}
