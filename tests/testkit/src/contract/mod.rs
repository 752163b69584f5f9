//! The queue's contract, checked on a message as a consumer receives it. Written from the contract, without
//! calling the code under test.

mod context;
mod event;
mod identity;
mod message;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::verify::Scheme;

use crate::proof::sha256;
use crate::{Delivered, Post, StoredMessage, Subject, parts};

pub use context::traceparent;
pub use event::check as check_event;
pub use message::check as check_message;

/// Checks all messages of a request that was queued.
///
/// # Panics
/// If a message violates the contract.
pub fn check(subject: &Subject, post: &Post, delivered: &Delivered, channel: Option<&str>) {
    let count = delivered.messages.len();
    assert!(count > 0, "nothing was queued");
    let mut bodies = Vec::new();
    for (index, message) in delivered.messages.iter().enumerate() {
        let event = message.json();
        check_event(subject, &event, channel);
        check_message(&event, message, &delivered.answer.trace_id, delivered.is_fifo);
        original(subject, post, &event["data"]["original"], (index, count));
        identity::check(&event, &post.body, index, &delivered.received);
        bodies.push(event["data"]["original"]["body"].as_str().unwrap_or_default().to_owned());
    }
    if count > 1 {
        assert_eq!(parts::bodies(subject.provider, &post.path, &post.body), bodies);
    }
}

/// Returns the events in a form that a snapshot can hold: values specific to this delivery are replaced with placeholders.
pub fn stable(delivered: &Delivered) -> Vec<Value> {
    let events = delivered.messages.iter().map(StoredMessage::json).map(|mut event| {
        if identity::is_fresh(event["id"].as_str().unwrap_or_default(), &delivered.received) {
            event["id"] = json!("[fresh]");
        }
        if delivered.received.contains(&context::moment(&event)) {
            event["time"] = json!("[receipt]");
        }
        event["traceparent"] = json!("[trace]");
        event
    });
    events.collect()
}

/// Returns the first 32 hex digits of the SHA-256 over a source and a name within it.
pub fn digest(source: &str, name: &str) -> String {
    sha256(format!("{source}\n{name}").as_bytes())[..32].to_owned()
}

/// Checks `data.original`, which describes the request, in the event at this index.
fn original(subject: &Subject, post: &Post, original: &Value, (index, count): (usize, usize)) {
    assert_eq!(original["sha256"], sha256(&post.body));
    let signature = post.header(subject.header()).filter(|_| matches!(subject.webhook.scheme, Scheme::HmacSha1(_)));
    assert_eq!(original["signature"], json!(signature.map(str::trim)));
    let own = original["body"].as_str().expect("the original body");
    let Ok(body) = std::str::from_utf8(&post.body) else {
        assert_eq!((STANDARD.decode(own).expect("base64"), &original["encoding"]), (post.body.clone(), &json!("base64")));
        assert_eq!((&original["part"], count), (&Value::Null, 1));
        return;
    };
    assert_eq!(original["encoding"], "utf-8");
    if count == 1 {
        assert_eq!((own, &original["part"]), (body, &Value::Null));
    } else {
        assert_eq!(original["part"], json!({"index": index, "count": count}));
    }
}
