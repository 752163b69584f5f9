//! Bodies through the whole pipeline.

mod callback;
mod content;
mod hooks;
mod multiple;
mod parts;
mod proof;
mod samples;

use sha2::{Digest, Sha256};
use shared::event::{Attachment, AttachmentKind, CloudEvent};
use testkit::Pipeline;

const CALLBACK: &str = "/kore/callback/bot-1";
const HOOKS: &str = "/kore/chatbot/hooks/bot-1";
const HOOKS_V2: &str = "/kore/chatbot/v2/webhook/bot-1";

fn events(path: &str, body: &str) -> Vec<CloudEvent> {
    Pipeline::new(&crate::PROVIDER).events(path, body.as_bytes())
}

fn event(path: &str, body: &str) -> CloudEvent {
    let mut events = events(path, body);
    assert_eq!(events.len(), 1, "{body}");
    events.remove(0)
}

/// The text of a message, and its attachments' kinds and names.
type Said = (Option<String>, Vec<(AttachmentKind, Option<String>)>);

fn said(event: &CloudEvent) -> Option<Said> {
    let message = event.data.message.as_ref()?;
    let attachments = message.attachments.iter().map(|attachment| (attachment.kind, attachment.name.clone()));
    Some((message.text.clone(), attachments.collect()))
}

fn text(text: &str) -> Option<Said> {
    Some((Some(text.to_owned()), vec![]))
}

fn attachments(path: &str, body: &str) -> Vec<Attachment> {
    event(path, body).data.message.unwrap_or_default().attachments
}

/// Returns the id of an event with this identity.
fn id_of(identity: &str) -> String {
    let digest = Sha256::digest(format!("/kore/bot-1\n{identity}"));
    format!("kore-{}", hex::encode(&digest[..16]))
}
