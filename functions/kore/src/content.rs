//! The values that Kore.ai sends as a text: a string, a template object, an array of either, or a template serialized to a
//! JSON string, often with HTML-escaped quotes.
//!
//! Only a bot's strings are interpreted, and only once: a string within a template stays a string. What a person typed is
//! never changed.

use std::borrow::Cow;

use shared::event::{Attachment, AttachmentKind, Message};
use shared::json::{Document, Value};

use crate::attachment;

/// The maximum number of attachments that are collected, which bounds memory. An event with this many does not fit into a
/// queue message, because each takes more than 85 bytes of the 1 MiB. The request then becomes an event with only the body.
pub(crate) const MAX_ATTACHMENTS: usize = 13_000;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// A program, whose strings can be templates.
    Bot,
    /// A person, whose strings are always plain text.
    Person,
}

/// The text and attachments of a message, while they are collected.
pub(crate) struct Content {
    author: Author,
    text: Option<String>,
    attachments: Vec<Attachment>,
}

impl Content {
    /// Returns the content of a message. `value` is its text, and `source` the object around it, whose `type` can classify it.
    /// Without a `value`, `source` itself can be a template.
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

    /// Returns the message, or `None` if it has neither text nor an attachment.
    pub(crate) fn into_message(self, id: Option<String>) -> Option<Message> {
        let is_hollow = self.text.is_none() && self.attachments.is_empty();
        (!is_hollow).then(|| Message { id, text: self.text, attachments: self.attachments, ..Message::default() })
    }

    /// Adds an attachment, up to [`MAX_ATTACHMENTS`].
    pub(crate) fn attach(&mut self, attachment: Attachment) {
        if self.attachments.len() < MAX_ATTACHMENTS {
            self.attachments.push(attachment);
        }
    }

    /// Adds a form: its title to the text, and a template to the attachments.
    pub(crate) fn add_form(&mut self, form: Value<'_>) {
        self.write(title(form));
        self.attach(template(Some("form".to_owned())));
    }

    /// Adds the content of a value, including nested arrays. `outer_type` is the type of the object around it. It applies to
    /// objects without a type.
    fn add(&mut self, value: Value<'_>, outer_type: &str) {
        // A stack instead of recursion, because an array can be nested as deep as the body is long.
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
        // Try the string unchanged first: if it is valid JSON, the entities in it belong to its texts.
        let is_template = self.author == Author::Bot
            && text.starts_with('{')
            && (self.add_template_in(&text) || (text.contains('&') && self.add_template_in(&unescape(&text))));
        if !is_template {
            self.write(Some(text));
        }
    }

    /// Adds the template in a string. Returns whether that added any content.
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

    /// Adds a template. Its text and name are in its `payload`, or in the object itself if it has none.
    fn add_template(&mut self, object: Value<'_>, outer_type: &str) {
        let payload = object.get("payload").or(object);
        let object_type = object.get("type").string().map(Cow::into_owned);
        let object_type = object_type.or_else(|| Some(outer_type.to_owned()).filter(|outer_type| !outer_type.is_empty()));
        let template_type = payload.get("template_type").or(object.get("template_type")).text();
        let is = |name: &str| [&object_type, &template_type].into_iter().any(|word| word.as_deref() == Some(name));
        let text = if payload.is_object() { payload.get("text").or(object.get("text")).text() } else { payload.text() };
        self.write(text.or_else(|| if is("form") { title(object) } else { None }));
        let media = [&object_type, &template_type].into_iter().flatten().find_map(|word| attachment::of_media(word, payload));
        // `{"type":"text"}` and an object without a type are plain text.
        let is_template = template_type.is_some() || !matches!(object_type.as_deref(), Some("text") | None);
        if let Some(attachment) = media.or_else(|| is_template.then(|| template(template_type.or(object_type)))) {
            self.attach(attachment);
        }
    }

    /// Adds a part of the text. Parts are joined by newlines.
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

/// Returns a form's title: from its payload, its definition or the form itself.
fn title(form: Value<'_>) -> Option<String> {
    let payload = form.get("payload").or(form);
    [payload, payload.get("formDef"), form].into_iter().find_map(|object| object.first_of(&["title", "displayName"]).text())
}

fn unescape(text: &str) -> String {
    // `&amp;` comes last, so text that was escaped twice stays escaped once.
    let entities = [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
