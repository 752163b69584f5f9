//! What Kore.ai puts where a text is expected: a string, a template object, an array of either, or a template as a
//! string of JSON, often with its quotes HTML-escaped.
//!
//! Only a bot's strings are interpreted, and those once: what is a string within a template stays one. What a person
//! typed stays as it is.

use std::borrow::Cow;

use shared::event::{Attachment, AttachmentKind, Message};
use shared::json::{Document, Value};

use crate::attachment;

/// The most attachments that are collected. An event with so many does not fit into a message of the queue (each takes
/// more than 85 bytes of its 1 MiB), so that the request becomes an event with the body alone. This bounds the memory.
pub(crate) const MAX_ATTACHMENTS: usize = 13_000;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// A program, whose strings may be templates.
    Bot,
    /// A person, whose strings are texts whatever they look like.
    Person,
}

/// The text and the attachments of a message, as they are collected.
pub(crate) struct Content {
    author: Author,
    text: Option<String>,
    attachments: Vec<Attachment>,
}

impl Content {
    /// Returns the content of a message: `source` is the object around it, which may say what it is, and `value` stands
    /// for its text. Where there is no such value, a template may stand in `source` itself.
    pub(crate) fn of(author: Author, source: Value<'_>, value: Value<'_>) -> Self {
        let mut content = Self { author, text: None, attachments: Vec::new() };
        let source_type = source.get("type").string().unwrap_or_default();
        let is_own = source_type == "form" || attachment::kind_of_media(&source_type).is_some();
        let is_template = is_own || source.get("payload").is_given();
        content.add(if value.is_given() || !is_template { value } else { source }, if is_own { &source_type } else { "" });
        if source_type == "form" && content.text.is_none() {
            content.write(title(source));
        }
        if content.attachments.is_empty() && matches!(&*source_type, "template" | "form") {
            content.attach(template(Some(source_type.into_owned()).filter(|source_type| source_type == "form")));
        }
        content
    }

    /// Returns the message; none where it has neither a text nor an attachment.
    pub(crate) fn into_message(self, id: Option<String>) -> Option<Message> {
        let is_hollow = self.text.is_none() && self.attachments.is_empty();
        (!is_hollow).then(|| Message { id, text: self.text, attachments: self.attachments, ..Message::default() })
    }

    /// Adds an attachment.
    pub(crate) fn attach(&mut self, attachment: Attachment) {
        if self.attachments.len() < MAX_ATTACHMENTS {
            self.attachments.push(attachment);
        }
    }

    /// Adds a form beside the text: its title, and an attachment that stands for it.
    pub(crate) fn add_form(&mut self, form: Value<'_>) {
        self.write(title(form));
        self.attach(template(Some("form".to_owned())));
    }

    /// Adds what a value holds, arrays within arrays included. `outer_type` is what the object around it is; it counts
    /// where an object has no type of its own.
    fn add(&mut self, value: Value<'_>, outer_type: &str) {
        // A stack, because an array may be as deep as the body is long.
        let mut values = vec![value];
        while let Some(value) = values.pop().filter(|_| self.attachments.len() < MAX_ATTACHMENTS) {
            if value.is_array() {
                let first = values.len();
                values.extend(value.elements());
                values[first..].reverse();
            } else if value.is_object() {
                self.add_template(value, outer_type);
            } else if let Some(text) = value.text() {
                self.add_text(text);
            }
        }
    }

    fn add_text(&mut self, text: String) {
        // A string that is JSON as it stands has no escaped quotes: entities in it belong to its texts.
        let is_template = self.author == Author::Bot
            && text.starts_with('{')
            && (self.add_template_in(&text) || (text.contains('&') && self.add_template_in(&unescape(&text))));
        if !is_template {
            self.write(Some(text));
        }
    }

    /// Adds the template that a string holds. Returns whether it holds one that says anything.
    fn add_template_in(&mut self, text: &str) -> bool {
        let Ok(document) = Document::parse(text.as_bytes()) else { return false };
        let object = document.root();
        if !object.is_object() || !object.first_of(&["type", "payload", "text", "template_type"]).is_given() {
            return false;
        }
        let before = (self.text.as_ref().map(String::len), self.attachments.len());
        self.add_template(object, "");
        before != (self.text.as_ref().map(String::len), self.attachments.len())
    }

    /// Adds a template: its own text and name stand in its `payload`, or in itself where it has none.
    fn add_template(&mut self, object: Value<'_>, outer_type: &str) {
        let payload = object.get("payload").or(object);
        let object_type = object.get("type").string().map(Cow::into_owned);
        let object_type = object_type.or_else(|| Some(outer_type.to_owned()).filter(|outer_type| !outer_type.is_empty()));
        let template_type = payload.get("template_type").or(object.get("template_type")).text();
        let is = |name: &str| [&object_type, &template_type].into_iter().any(|word| word.as_deref() == Some(name));
        let text = if payload.is_object() { payload.get("text").or(object.get("text")).text() } else { payload.text() };
        self.write(text.or_else(|| if is("form") { title(object) } else { None }));
        let media = [&object_type, &template_type].into_iter().flatten().find_map(|word| attachment::of_media(word, payload));
        // `{"type":"text"}` and an object without a type are texts in an object's clothes.
        let is_template = template_type.is_some() || !matches!(object_type.as_deref(), Some("text") | None);
        if let Some(attachment) = media.or_else(|| is_template.then(|| template(template_type.or(object_type)))) {
            self.attach(attachment);
        }
    }

    /// Adds a part of the text. Parts are joined by a newline.
    fn write(&mut self, part: Option<String>) {
        match (&mut self.text, part) {
            (Some(text), Some(part)) => {
                text.push('\n');
                text.push_str(&part);
            }
            (text @ None, part) => *text = part,
            (Some(_), None) => {}
        }
    }
}

fn template(name: Option<String>) -> Attachment {
    Attachment { kind: AttachmentKind::Template, name, ..Attachment::default() }
}

/// Returns a form's title, which stands in the form, in its payload or in its definition.
fn title(form: Value<'_>) -> Option<String> {
    let payload = form.get("payload").or(form);
    [payload, payload.get("formDef"), form].into_iter().find_map(|place| place.first_of(&["title", "displayName"]).text())
}

fn unescape(text: &str) -> String {
    // `&amp;` is the last one: what was escaped twice stays escaped once.
    let entities = [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
