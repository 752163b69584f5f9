//! The values that Kore.ai sends as a text.

use shared::event::{AttachmentKind, Kind};

use super::{CALLBACK, HOOKS, Said, attachments, event, events, said, text};

const BUTTON: &str = r#"{"type":"template","payload":{"template_type":"button","text":"Pick one","buttons":[{"title":"A"}]}}"#;

fn v1(value: &str) -> Option<Said> {
    said(&event(CALLBACK, &format!(r#"{{"text":{value},"to":"ada"}}"#)))
}

fn v2(entry: &str) -> Option<Said> {
    said(&event(CALLBACK, &format!(r#"{{"data":[{entry}],"to":"ada"}}"#)))
}

fn with(text: Option<&str>, kind: AttachmentKind, name: Option<&str>) -> Option<Said> {
    Some((text.map(str::to_owned), vec![(kind, name.map(str::to_owned))]))
}

fn template(text: Option<&str>, name: Option<&str>) -> Option<Said> {
    with(text, AttachmentKind::Template, name)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

#[test]
fn strings_numbers_and_arrays_of_them_are_text() {
    assert_eq!(v1(r#""hi &amp; bye""#), text("hi &amp; bye"));
    assert_eq!(v1(r#"["one","",["two",[3]],null]"#), text("one\ntwo\n3"));
    assert_eq!(v1(r#"{"text":"hi"}"#), text("hi"));
    assert_eq!(v1(r#"{"type":"text","payload":"hi"}"#), text("hi"));
    assert_eq!(v1("7"), text("7"));
    assert_eq!(v2(r#"{"text":"hi"}"#), text("hi"));
    assert_eq!(v2(r#"{"type":"of tomorrow","val":"hi"}"#), text("hi"));
}

#[test]
fn a_template_has_its_own_text_and_name() {
    let button = template(Some("Pick one"), Some("button"));
    assert_eq!(v1(BUTTON), button);
    assert_eq!(v1(&format!("[{BUTTON}]")), button);
    assert_eq!(v2(&format!(r#"{{"type":"template","val":{BUTTON}}}"#)), button);
    assert_eq!(v2(BUTTON), button);
    assert_eq!(v1(r#"{"type":"template","payload":{}}"#), template(None, Some("template")));
    assert_eq!(v1(r#"{"type":"template","text":"outside","payload":{"a":1}}"#), template(Some("outside"), Some("template")));
    assert_eq!(v2(r#"{"type":"template","val":{"title":"Intake"}}"#), template(None, None));
    assert_eq!(v2(r#"{"type":"template"}"#), template(None, None));
}

#[test]
fn a_bots_string_can_be_a_template() {
    let button = template(Some("Pick one"), Some("button"));
    for string in [BUTTON.to_owned(), BUTTON.replace('"', "&quot;"), BUTTON.replace('"', "&#34;")] {
        assert_eq!(v1(&quoted(&string)), button, "{string}");
        assert_eq!(v1(&format!("[{}]", quoted(&string))), button, "{string}");
        assert_eq!(v2(&format!(r#"{{"type":"text","val":{}}}"#, quoted(&string))), button, "{string}");
    }
    assert_eq!(v1(r#""{&quot;text&quot;:&quot;Tom &amp; Jerry &amp;lt; &lt;3&quot;}""#), text("Tom & Jerry &lt; <3"));
}

#[test]
fn a_string_is_interpreted_once() {
    let inner = r#"{"type":"template","payload":{"template_type":"button","text":"inner"}}"#;
    assert_eq!(v1(&quoted(&format!(r#"{{"text":{}}}"#, quoted(inner)))), text(inner));
    // Text that a person typed and a bot repeats cannot escape its quotes.
    assert_eq!(v1(&quoted(r#"{"text":"&quot;,&quot;type&quot;:&quot;list"}"#)), text("&quot;,&quot;type&quot;:&quot;list"));
}

#[test]
fn braces_do_not_make_a_template() {
    for string in
        ["{name}, hello", "{", "{}", "{&quot;a&quot;:1}", " {\"text\":\"a\"}", "[{\"text\":\"a\"}]", r#"{"type":"text"}"#, r#"{"text":""}"#]
    {
        assert_eq!(v1(&quoted(string)), text(string));
    }
}

#[test]
fn a_media_template_is_an_attachment_of_its_kind() {
    for (media, kind) in [
        ("image", AttachmentKind::Image),
        ("audio", AttachmentKind::Audio),
        ("video", AttachmentKind::Video),
        ("attachment", AttachmentKind::File),
    ] {
        let payload = r#"{"url":"https://media.example.com/1","title":"One","text":"Look"}"#;
        let object = format!(r#"{{"type":"{media}","payload":{payload}}}"#);
        let expected = with(Some("Look"), kind, Some("One"));
        assert_eq!(v1(&object), expected);
        assert_eq!(v1(&quoted(&object.replace('"', "&quot;"))), expected);
        assert_eq!(
            v1(&format!(r#"{{"type":"template","payload":{}}}"#, payload.replacen('{', &format!(r#"{{"template_type":"{media}","#), 1))),
            expected
        );
        assert_eq!(v2(&object), expected);
        assert_eq!(v2(&format!(r#"{{"type":"template","val":{object}}}"#)), expected);
        assert_eq!(v2(&format!(r#"{{"type":"{media}","val":{payload}}}"#)), expected);
        let attachments = attachments(CALLBACK, &format!(r#"{{"text":{object}}}"#));
        assert_eq!(attachments[0].url.as_deref(), Some("https://media.example.com/1"));
        assert_eq!(v1(&format!(r#"{{"type":"{media}","payload":{{"text":"Look"}}}}"#)), template(Some("Look"), Some(media)));
    }
}

#[test]
fn a_form_has_a_title() {
    let form = template(Some("Book a repair"), Some("form"));
    for entry in [
        r#"{"type":"form","val":{"title":"Book a repair","formId":"fm-1"}}"#,
        r#"{"type":"form","val":"Book a repair"}"#,
        r#"{"type":"form","title":"Book a repair"}"#,
        r#"{"type":"form","title":"Book a repair","val":{"formId":"fm-1"}}"#,
        r#"{"type":"form","val":{"formDef":{"displayName":"Book a repair","components":[]}}}"#,
        r#"{"type":"template","val":{"type":"form","payload":{"title":"Book a repair"}}}"#,
    ] {
        assert_eq!(v2(entry), form, "{entry}");
    }
    assert_eq!(v1(r#"{"type":"form","payload":{"title":"Book a repair"}}"#), form);
    assert_eq!(said(&event(CALLBACK, r#"{"text":[],"form":{"formDef":{"displayName":"Book a repair"}}}"#)), form);
    let events = events(CALLBACK, r#"{"data":["hi"],"text":"Please","form":{"title":"Book a repair"}}"#);
    assert_eq!(said(&events[1]), template(Some("Please\nBook a repair"), Some("form")));
    assert_eq!(events[0].data.original.body, r#"{"data":["hi"]}"#);
}

#[test]
fn deeply_nested_values_are_parsed() {
    let nested = (0..20_000).fold("1".to_owned(), |text, _| format!(r#"{{"a":[{text}],"b":1e999}}"#));
    assert_eq!(v1(&quoted(&nested)), text(&nested));
    assert_eq!(v1(&quoted(&nested.replacen("\"a\"", "\"text\"", 1))), text(&nested.replacen("\"a\"", "\"text\"", 1)));
    let deep = format!("{}\"hi\"{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(v1(&deep), text("hi"));
    let escaped = (0..6).fold(r#"{"text":"hi"}"#.to_owned(), |text, _| format!(r#"{{"text":{}}}"#, quoted(&text)));
    assert!(v1(&quoted(&escaped)).is_some_and(|(text, _)| text.is_some_and(|text| text.starts_with('{'))));
}

#[test]
fn with_too_many_attachments_only_the_body_is_kept() {
    let body = format!(r#"{{"message":{{"attachments":[{}]}},"from":{{"id":"ada"}}}}"#, vec!["\"a\""; 20_000].join(","));
    let event = event(HOOKS, &body);
    assert_eq!((event.data.kind, event.data.warnings), (Kind::Unknown, vec!["too_large".to_owned()]));
    let body = format!(r#"{{"message":{{"attachments":[{}]}},"from":{{"id":"ada"}}}}"#, vec!["\"a\""; 9_000].join(","));
    assert_eq!(attachments(HOOKS, &body).len(), 9_000);
}
