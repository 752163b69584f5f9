//! Bodies near the size limit of a message, and far beyond it.

use serde_json::{Value, json};

use super::refusals::assert_problem;
use crate::{Journey, Post, Subject, contract};

/// The largest size that fits: SQS accepts 1 MiB, of which an event leaves 1 KiB free.
const FITTING: usize = (1 << 20) - 1024;

/// Rejects bodies that cannot fit: before verification by their escaped size, and after it by their exact size.
pub async fn too_large(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let path = subject.path("shop");
    for body in ["x".repeat(FITTING + 1), "\"".repeat(FITTING / 2 + 1), "\u{1}".repeat(FITTING / 6 + 1)] {
        let answer = journey.deliver(&Post::new(&path, body)).await.answer;
        assert_problem(&answer, 413, None);
        let log = journey.log(&answer).await;
        assert_eq!((&log["reason"], &log["key_position"], &log["level"]), (&json!("too_large"), &Value::Null, &json!("WARN")));
        assert_eq!((&log["Rejected"], &log["Refused"]), (&json!(1.0), &Value::Null));
    }
    // Small enough to reach verification; the proof is missing.
    assert_eq!(journey.deliver(&Post::new(&path, "x".repeat(FITTING - 10))).await.answer.status, 401);

    // Six megabytes of anything.
    for body in [vec![b'x'; 6_000_000], vec![0xff; 6_000_000], subject.message(&"x".repeat(6_000_000)).into_bytes()] {
        assert_problem(&journey.deliver(&subject.post(body)).await.answer, 413, None);
    }
    with_its_text_twice(subject, &journey).await;
    to_the_byte(subject, &journey).await;
    journey.accepted(&subject.post(subject.message("still here"))).await;
    journey.assert_nothing_queued().await;
}

/// If the event would exceed the limit because it contains the text twice, only the body is queued.
async fn with_its_text_twice(subject: &Subject, journey: &Journey) {
    let post = subject.post(subject.message(&"word ".repeat(140_000)));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let delivered = journey.deliver(&post).await;
        assert_eq!(delivered.answer.status, 200, "{}", delivered.answer.text());
        contract::check(subject, &post, &delivered, Some("shop"));
        let event = delivered.messages[0].json();
        assert_eq!((&event["data"]["kind"], &event["data"]["warnings"]), (&json!("unknown"), &json!(["too_large"])));
        let log = journey.log(&delivered.answer).await;
        assert_eq!((&log["UnknownShape"], &log["Rejected"]), (&json!(1.0), &Value::Null));
        ids.push(event["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

/// Checks the limit to the byte, as SQS counts. A time of receipt varies in length: one in a thousand
/// is four characters shorter.
async fn to_the_byte(subject: &Subject, journey: &Journey) {
    let padded = |length: usize| subject.post(subject.unknown(&format!("\"{}\"", "p".repeat(length))));
    let message = journey.accepted(&padded(0)).await;
    let attributes: usize = message.attributes.iter().map(|(name, value)| name.len() + "String".len() + value.len()).sum();
    let event = message.json();
    let free = |event: &Value| FITTING - (event.to_string().len() + attributes + 24 - event["time"].as_str().expect("a time").len());
    let (in_full, bare) = (free(&event), free(&bare(&event)));

    let post = padded(in_full);
    let largest = journey.deliver(&post).await;
    assert_eq!((largest.answer.status, largest.messages.len()), (200, 1));
    contract::check(subject, &post, &largest, Some("shop"));
    assert_eq!(largest.messages[0].json()["data"]["warnings"], json!([]));
    if bare > in_full + 5 {
        let without_people = journey.deliver(&padded(bare)).await;
        assert_eq!((without_people.answer.status, without_people.messages.len()), (200, 1));
        assert_eq!(without_people.messages[0].json()["data"]["warnings"], json!(["too_large"]));
    }
    let over = journey.deliver(&padded(bare.max(in_full) + 5)).await;
    assert_problem(&over.answer, 413, None);
    assert_eq!(journey.log(&over.answer).await["key_position"], 0);
}

/// Returns the event reduced to its body.
fn bare(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().expect("an object").remove("subject");
    for name in ["conversation", "sender", "recipient"] {
        event["data"][name] = Value::Null;
    }
    event["data"]["warnings"] = json!(["too_large"]);
    event
}
