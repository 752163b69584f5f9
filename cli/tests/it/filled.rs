//! SQS queues filled with events, and the binary with access to them.

use std::collections::BTreeMap;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Queue, StoredMessage, proof};

use crate::gateway::{PATIENCE, chathooks};

/// Returns the binary with credentials and a region, and no other settings of this machine.
pub(crate) fn with_access(arguments: &[&str]) -> Command {
    let mut command = chathooks(arguments);
    command.envs([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")]);
    command
}

/// Returns the `subject` of a provider's conversation.
pub(crate) fn subject(provider: &str, conversation: &str) -> String {
    proof::sha256(format!("/{provider}\n{conversation}").as_bytes())[..32].to_owned()
}

/// Returns an event as it is in a queue.
pub(crate) fn event(id: &str, conversation: &str, provider: &str, kind: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": format!("/{provider}"), "type": format!("com.{provider}.{kind}"),
        "subject": subject(provider, conversation), "time": "2026-01-02T03:04:05Z", "datacontenttype": "application/json",
        "dataschema": "urn:chathooks:data:1",
        "data": {"provider": provider, "kind": kind, "conversation": conversation, "message": {"text": "hush"}}
    })
}

/// Returns the input of `SendMessage` besides the body.
pub(crate) fn with(event: &Value, fifo: bool) -> Value {
    let text = |value: &Value| json!({"DataType": "String", "StringValue": value});
    let mut entry = json!({
        "MessageGroupId": event["subject"],
        "MessageAttributes": {"provider": text(&event["data"]["provider"]), "type": text(&event["type"]), "shop": text(&json!("berlin"))},
    });
    if fifo {
        entry["MessageDeduplicationId"] = event["id"].clone();
    }
    entry
}

/// Sends events to a queue, in order.
pub(crate) async fn fill(queue: &Queue, events: &[Value]) {
    for batch in events.chunks(10) {
        let entries = batch.iter().enumerate().map(|(index, event)| {
            let mut entry = with(event, queue.url().ends_with(".fifo"));
            entry["Id"] = index.to_string().into();
            entry["MessageBody"] = event.to_string().into();
            entry
        });
        let answer = queue.call("SendMessageBatch", json!({"Entries": entries.collect::<Vec<_>>()})).await;
        assert_eq!(answer["Successful"].as_array().map(Vec::len), Some(batch.len()), "{answer}");
    }
}

/// Returns how many messages are visible, and how many are in flight.
pub(crate) async fn counts(queue: &Queue) -> [usize; 2] {
    let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let answer = queue.call("GetQueueAttributes", json!({"AttributeNames": names})).await;
    names.map(|name| answer["Attributes"][name].as_str().and_then(|count| count.parse().ok()).expect("a count"))
}

/// Receives and deletes all messages, in batches: for queues of thousands.
pub(crate) async fn drain(queue: &Queue) -> Vec<StoredMessage> {
    let mut all = Vec::new();
    loop {
        let batch = queue.receive().await;
        if batch.is_empty() {
            return all;
        }
        let entries = batch.iter().map(|message| json!({"Id": message.message_id, "ReceiptHandle": message.receipt_handle}));
        queue.call("DeleteMessageBatch", json!({"Entries": entries.collect::<Vec<_>>()})).await;
        all.extend(batch);
    }
}

/// Returns the IDs of the events in messages.
pub(crate) fn ids(messages: &[StoredMessage]) -> Vec<String> {
    messages.iter().map(|message| message.json()["id"].as_str().expect("an id").to_owned()).collect()
}

/// Returns the event IDs by group, each in order.
pub(crate) fn by_group(messages: &[StoredMessage]) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (message, id) in messages.iter().zip(ids(messages)) {
        groups.entry(message.system["MessageGroupId"].clone()).or_default().push(id);
    }
    groups
}

/// A running command. Dropping it kills the process.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }

    /// Returns whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("a child").is_some()
    }

    /// Sends a signal to the process and waits until it ends.
    pub(crate) fn end_by(mut self, signal: &str) -> ExitStatus {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().expect("kill runs").success());
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().expect("a child") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it did not end after {signal}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
