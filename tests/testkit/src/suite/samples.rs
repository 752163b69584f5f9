//! Every sample of `events/`, from the event to the consumer.

use serde_json::{Value, json};

use crate::contract::{self, Identity};
use crate::{Answer, Journey, Post, Sample, Subject};

/// Delivers a sample twice, checks its messages against the contract, and gives the events for a snapshot.
///
/// # Panics
/// When anything is not as the contract says.
pub async fn deliver(journey: &Journey, subject: &Subject, sample: &Sample, identity: fn(&Value) -> Identity) -> Vec<Value> {
    let post = Post::of(sample);
    let channel = post.path.strip_prefix(subject.root).unwrap_or_default().split('/').nth(1);
    let mut ids = Vec::new();
    let mut events = Vec::new();
    for _ in 0..2 {
        let delivered = journey.deliver_event(&sample.event).await;
        assert_eq!((delivered.answer.status, delivered.answer.text()), (200, ""), "{}", sample.name);
        assert!(delivered.answer.headers.is_empty(), "{:?}", delivered.answer.headers);
        contract::check(subject, &post, &delivered, channel, identity);
        ids.push(delivered.messages.iter().map(|message| message.json()["id"].clone()).collect::<Vec<_>>());
        events = contract::stable(&delivered);
        logged(journey, &delivered.answer, channel, &delivered.messages[0].json()).await;
    }
    for (place, event) in events.iter().enumerate() {
        let fresh = event["id"] == "[fresh]";
        assert_eq!(ids[0][place] != ids[1][place], fresh, "{}: {ids:?}", sample.name);
    }
    assert!(journey.quarantine.receive_all().await.is_empty());
    events
}

/// That each snapshot in a crate's `tests/it/snapshots` belongs to a sample.
///
/// # Panics
/// When a sample is gone and its snapshot is not, or the folder cannot be read.
pub fn assert_no_orphans(crate_folder: &str, samples: &[Sample]) {
    let folder = std::path::Path::new(crate_folder).join("tests/it/snapshots");
    for entry in std::fs::read_dir(&folder).expect("a folder of snapshots") {
        let path = entry.expect("a folder's entry").path();
        let name = path.file_stem().expect("a file's name").to_string_lossy().into_owned();
        assert!(samples.iter().any(|sample| sample.name == name), "{} has no sample", path.display());
    }
}

/// The line of a delivery that was queued.
async fn logged(journey: &Journey, answer: &Answer, channel: Option<&str>, event: &Value) {
    let log = journey.log(answer).await;
    let expected = json!({
        "level": "INFO", "status": 200, "provider": event["data"]["provider"], "channel": channel,
        "kind": event["data"]["kind"], "event_id": event["id"], "key_position": 0, "queue": "main",
        "function_request_id": answer.request_id, "reason": null,
    });
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(&log[name], value, "{name} of {log}");
    }
    for name in ["timestamp", "service", "message", "xray_trace_id", "bytes", "duration_ms", "cold_start"] {
        assert!(!log[name].is_null(), "{name} of {log}");
    }
}
