//! What Kore.ai puts where a text is expected: a string, a template object, an array of either, or a
//! template as a string of JSON whose quotes are HTML-escaped.

use shared::event::{Attachment, AttachmentKind};
use shared::json::{self, Value};

/// The text that a person would read, and the templates.
pub(crate) fn read(value: &Value<'_>) -> (Option<String>, Vec<Attachment>) {
    let mut parts = Vec::new();
    let mut attachments = Vec::new();
    collect(value, &mut parts, &mut attachments);
    ((!parts.is_empty()).then(|| parts.join("\n")), attachments)
}

fn collect(value: &Value<'_>, parts: &mut Vec<String>, attachments: &mut Vec<Attachment>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect(&element.value, parts, attachments)),
        Value::Object(_) => template(value, parts, attachments),
        Value::String(text) if text.starts_with('{') => {
            let unescaped =
                text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            match json::parse(&unescaped) {
                Ok(object @ Value::Object(_)) if is_template(&object) => template(&object, parts, attachments),
                _ => parts.push(text.clone().into_owned()),
            }
        }
        _ => parts.extend(value.text()),
    }
}

fn is_template(object: &Value<'_>) -> bool {
    ["type", "payload", "text", "template_type"].iter().any(|name| object[name].is_given())
}

/// A template's own text and name stand in its `payload`, or in itself where it has none.
fn template(object: &Value<'_>, parts: &mut Vec<String>, attachments: &mut Vec<Attachment>) {
    let payload = object["payload"].or(object);
    match payload {
        Value::Object(_) => parts.extend(payload["text"].or(&object["text"]).text()),
        _ => parts.extend(payload.text()),
    }
    // `{"type": "text"}` and an object without a type are text in an object's clothes.
    let named = payload["template_type"].or(&object["template_type"]).text();
    if named.is_some() || !matches!(object["type"].as_str(), Some("text") | None) {
        attachments.push(Attachment {
            kind: AttachmentKind::Template,
            name: named.or_else(|| object["type"].text()),
            ..Attachment::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(json: &str) -> (Option<String>, Vec<Option<String>>) {
        let (text, attachments) = read(&json::parse(json).expect("JSON"));
        (text, attachments.into_iter().map(|attachment| attachment.name).collect())
    }

    #[test]
    fn strings_and_arrays_of_them_are_text() {
        assert_eq!(texts(r#""hi""#), (Some("hi".to_owned()), vec![]));
        assert_eq!(texts(r#"["one","","two"]"#), (Some("one\ntwo".to_owned()), vec![]));
        assert_eq!(texts(r#"{"text":"hi"}"#), (Some("hi".to_owned()), vec![]));
        for nothing in ["null", r#""""#, "[]"] {
            assert_eq!(texts(nothing), (None, vec![]), "{nothing}");
        }
    }

    #[test]
    fn a_template_has_its_own_text() {
        let template = r#"{"type":"template","payload":{"template_type":"button","text":"Pick one","buttons":[{"title":"A"}]}}"#;
        assert_eq!(texts(template), (Some("Pick one".to_owned()), vec![Some("button".to_owned())]));
        let escaped = serde_escaped(template);
        assert_eq!(texts(&escaped), (Some("Pick one".to_owned()), vec![Some("button".to_owned())]));
        assert_eq!(texts(r#"{"type":"template","payload":{}}"#), (None, vec![Some("template".to_owned())]));
    }

    fn serde_escaped(template: &str) -> String {
        format!("\"{}\"", template.replace('"', "&quot;"))
    }

    #[test]
    fn braces_do_not_make_a_template() {
        for text in ["{name}, hello", "{", "{}", "{&quot;a&quot;:1}"] {
            assert_eq!(texts(&format!("\"{text}\"")), (Some(text.to_owned()), vec![]));
        }
    }
}
