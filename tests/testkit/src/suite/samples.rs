//! Every sample in `events/`, from the Lambda event to the consumer.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{Answer, Journey, Post, Sample, Subject, contract, paths, samples, workspace};

/// Delivers each sample of the webhook twice, checks its messages against the contract, and compares its events with a
/// snapshot in the provider's `tests/it/snapshots`.
///
/// # Panics
/// If the contract or a snapshot is violated, or if a snapshot has no sample.
pub async fn every_sample(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let snapshots = workspace().join("functions").join(subject.provider.name).join("tests/it/snapshots");
    let all = samples(subject.provider.name);
    let own = of(subject, &all);
    assert!(!own.is_empty(), "no sample for {}", subject.webhook.name);
    for sample in own {
        let events = deliver(&journey, subject, sample).await;
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&snapshots);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_json_snapshot!(sample.name.as_str(), events));
    }
    assert_no_orphans(&snapshots, &all);
}

/// Returns the samples that belong to a webhook.
///
/// # Panics
/// If a sample's path matches no webhook.
pub(super) fn of<'s>(subject: &Subject, samples: &'s [Sample]) -> Vec<&'s Sample> {
    let is_own = |sample: &&Sample| {
        let path = sample.event["rawPath"].as_str().unwrap_or_default();
        let (webhook, _) = paths::find(subject.provider, path).unwrap_or_else(|| panic!("{}: {path} matches no webhook", sample.name));
        std::ptr::eq(webhook, subject.webhook)
    };
    samples.iter().filter(is_own).collect()
}

async fn deliver(journey: &Journey, subject: &Subject, sample: &Sample) -> Vec<Value> {
    let post = Post::of(sample);
    let channel = paths::find(subject.provider, &post.path).and_then(|(_, channel)| channel);
    let mut ids = Vec::new();
    let mut events = Vec::new();
    for _ in 0..2 {
        let delivered = journey.deliver_event(&sample.event).await;
        assert_eq!((delivered.answer.status, delivered.answer.text()), (200, ""), "{}", sample.name);
        assert!(delivered.answer.headers.is_empty(), "{:?}", delivered.answer.headers);
        contract::check(subject, &post, &delivered, channel);
        ids.push(delivered.messages.iter().map(|message| message.json()["id"].clone()).collect::<Vec<_>>());
        events = contract::stable(&delivered);
        let all: Vec<Value> = delivered.messages.iter().map(crate::StoredMessage::json).collect();
        logged(journey, &delivered.answer, channel, &all).await;
    }
    for (index, event) in events.iter().enumerate() {
        let fresh = event["id"] == "[fresh]";
        assert_eq!(ids[0][index] != ids[1][index], fresh, "{}: {ids:?}", sample.name);
    }
    assert!(journey.quarantine.receive_all().await.is_empty());
    events
}

fn assert_no_orphans(snapshots: &PathBuf, samples: &[Sample]) {
    for entry in std::fs::read_dir(snapshots).expect("a folder of snapshots") {
        let path = entry.expect("a folder's entry").path();
        let name = path.file_name().expect("a file's name").to_string_lossy().into_owned();
        let name = name.split('.').next().unwrap_or_default();
        assert!(samples.iter().any(|sample| sample.name == name), "{} has no sample", Path::new(&path).display());
    }
}

/// Checks the log line of a delivery that was queued.
async fn logged(journey: &Journey, answer: &Answer, channel: Option<&str>, events: &[Value]) {
    let log = journey.log(answer).await;
    let unknown = events.iter().filter(|event| event["data"]["kind"] == "unknown").count();
    let expected = json!({
        "level": "INFO", "status": 200, "provider": events[0]["data"]["provider"], "channel": channel,
        "kind": events[0]["data"]["kind"], "event_id": events[0]["id"], "events": events.len(), "key_position": 0, "queue": "main",
        "function_request_id": answer.request_id, "reason": null,
        "Accepted": 1.0, "Enqueued": events.len() as f64, "UnknownShape": (unknown > 0).then_some(unknown as f64),
        "Refused": null, "Rejected": null,
    });
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(&log[name], value, "{name} of {log}");
    }
    for name in ["timestamp", "service", "message", "xray_trace_id", "bytes", "duration_ms", "cold_start"] {
        assert!(!log[name].is_null(), "{name} of {log}");
    }
    assert_eq!(log["fields"].is_null(), unknown == 0, "only an unknown shape has `fields`: {log}");
}
