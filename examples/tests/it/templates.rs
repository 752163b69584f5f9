//! `templates/`: which events reach a consumer and the archive. A pipe is not simulated: it must not filter.

use std::fs::{self, File};
use std::process::Stdio;

use serde_json::{Value, json};
use testkit::{Sqs, workspace};

use crate::feed::Feed;
use crate::program::{file, python};
use crate::versions;

/// A message, a typing event, and the message in other versions.
struct Events {
    message: String,
    typing: String,
    others: Vec<String>,
    all: Vec<Value>,
}

impl Events {
    async fn new() -> Self {
        let queue = Sqs::start().create_queue("templates").await;
        let feed = Feed::new(&queue).await;
        let (message, typing) = (feed.text("a", "hello").await, feed.sample("v2-typing").await);
        let mut all: Vec<Value> = queue.receive_all().await.iter().map(testkit::StoredMessage::json).collect();
        let hello = all.iter().find(|event| event["id"] == message.as_str()).expect("the message").to_string();
        let others: Vec<Value> = versions::others(&hello).iter().map(|other| serde_json::from_str(other).expect("an event")).collect();
        // A later version may have none of the members that a filter names.
        let mut others: Vec<Value> = others.into_iter().filter(|event| event["dataschema"].is_string()).collect();
        others.iter_mut().for_each(|event| event["data"] = json!({"sort": "message"}));
        let ids = others.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect();
        all.extend(others);
        Self { message, typing, others: ids, all }
    }

    /// Which of them reach each subscription or rule of a template.
    fn through(&self, template: &str) -> Value {
        let folder = tempfile::tempdir().expect("a folder");
        let input = folder.path().join("events.json");
        fs::write(&input, serde_json::to_vec(&self.all).expect("JSON")).expect("written");
        let name = folder.path().file_name().expect("a name").to_string_lossy().replace('.', "");
        let mut command = python();
        command
            .arg(file("tests/templates/filters.py"))
            .arg(file(template))
            .arg(name)
            .stdin(Stdio::from(File::open(&input).expect("a file")));
        let access = [("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
        let output = command.env_clear().envs(access).env("AWS_ENDPOINT_URL", Sqs::start().endpoint()).output().expect("Python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Those and the other versions, in order.
    fn and_others(&self, ids: &[&str]) -> Value {
        let mut ids: Vec<&str> = self.others.iter().map(String::as_str).chain(ids.iter().copied()).collect();
        ids.sort_unstable();
        json!(ids)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_gets_what_it_asks_for_and_other_versions() {
    let events = Events::new().await;
    let with_message = events.and_others(&[&events.message]);
    let by_topic = events.through("templates/sns-fan-out.yaml");
    assert_eq!(by_topic, json!({"MessagesSubscription": with_message, "ReportsSubscription": with_message}));
    let by_bus = events.through("templates/pipes-to-eventbridge.yaml");
    assert_eq!(by_bus, json!({"MessagesRule": with_message}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_gets_everything() {
    let events = Events::new().await;
    let all = events.and_others(&[&events.message, &events.typing]);
    assert_eq!(events.through("templates/archive-to-s3.yaml"), json!({"Subscription": all, "Rule": all}));
    for entry in fs::read_dir(workspace().join("examples/templates")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let filters = fs::read_to_string(&path).expect("a text").lines().any(|line| line.trim_start().starts_with("FilterCriteria"));
        assert!(!filters, "{}: a pipe deletes what it filters out", path.display());
    }
}
