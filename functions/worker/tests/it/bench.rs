//! A worker, a receiver, and batches for them.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::wire::Request;
use testkit::{FaultySqs, Function, Invocation, Queue, Receiver, Reply, StoredMessage, failures, sqs_event};

/// The worker's binary.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_worker"))
}

/// A secret in the form that Standard Webhooks requires.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The ARNs of a standard queue and of a FIFO one.
pub(crate) const STANDARD: &str = "arn:aws:sqs:us-east-1:123456789012:events";
pub(crate) const FIFO: &str = "arn:aws:sqs:us-east-1:123456789012:events.fifo";

/// A worker that delivers to a receiver.
pub(crate) struct Bench {
    pub(crate) receiver: Receiver,
    pub(crate) worker: Function,
}

impl Bench {
    pub(crate) async fn start(decide: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let receiver = Receiver::start(decide).await;
        let worker = Function::start(binary(), &[("DELIVERY_URL", &receiver.url()), ("DELIVERY_SECRET", SECRET)]).await;
        Self { receiver, worker }
    }

    /// Delivers a batch, and returns the message ids that the worker reports as failed.
    pub(crate) async fn deliver(&self, queue_arn: &str, messages: &[StoredMessage]) -> Vec<String> {
        let invocation = self.worker.invoke(sqs_event(queue_arn, messages).to_string().into_bytes()).await;
        failures(&invocation.outcome)
    }

    /// Delivers a batch with this time until the function's deadline.
    pub(crate) async fn deliver_within(&self, queue_arn: &str, messages: &[StoredMessage], deadline: Duration) -> Invocation {
        self.worker.invoke_within(sqs_event(queue_arn, messages).to_string().into_bytes(), deadline).await
    }

    /// Returns the ids of the events that arrived, in order of arrival.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.receiver.arrivals().iter().map(|arrival| arrival.id().to_owned()).collect()
    }
}

/// A worker between a receiver and a real queue. A test can inspect its calls to SQS and make them fail.
pub(crate) struct Queued {
    pub(crate) receiver: Receiver,
    pub(crate) worker: Function,
    pub(crate) sqs: FaultySqs,
    pub(crate) queue: Queue,
}

impl Queued {
    /// Starts the worker. `settings` override its own.
    pub(crate) async fn start(queue: Queue, decide: impl Fn(&Request) -> Reply + Send + Sync + 'static, settings: &[(&str, &str)]) -> Self {
        let sqs = FaultySqs::start(&queue.endpoint()).await;
        let receiver = Receiver::start(decide).await;
        let (url, queue_url) = (receiver.url(), sqs.queue_url(&queue));
        let mut all = vec![("DELIVERY_URL", url.as_str()), ("DELIVERY_SECRET", SECRET), ("QUEUE_URL", queue_url.as_str())];
        all.extend(settings);
        let worker = Function::start(binary(), &all).await;
        Self { receiver, worker, sqs, queue }
    }

    /// Sends events to the queue: `"a1"` is `kommo-a1`, of group `a` if the queue is FIFO.
    pub(crate) async fn send(&self, names: &[&str]) {
        for name in names {
            let id = format!("kommo-{name}");
            let fifo = json!({"MessageGroupId": &name[..1], "MessageDeduplicationId": id});
            self.queue.send(&event(&id).to_string(), if self.queue.is_fifo() { fifo } else { json!({}) }).await;
        }
    }

    /// Delivers messages of the queue, and returns the ids of those that failed.
    pub(crate) async fn deliver(&self, messages: &[StoredMessage]) -> Vec<String> {
        failures(&self.worker.invoke(sqs_event(&self.queue.arn(), messages).to_string().into_bytes()).await.outcome)
    }

    /// Returns the seconds of each requested visibility change, one list for each call.
    pub(crate) fn requested(&self) -> Vec<Vec<i64>> {
        let calls = self.sqs.requests().into_iter().filter(|request| request.action == "ChangeMessageVisibilityBatch");
        let seconds = |entry: &Value| entry["VisibilityTimeout"].as_i64().expect("a number");
        calls.map(|call| call.input["Entries"].as_array().expect("entries").iter().map(seconds).collect()).collect()
    }

    /// Returns the log line of an event or message, as JSON.
    pub(crate) async fn line(&self, name: &str) -> Value {
        serde_json::from_str(&self.worker.log_with(name).await).expect("a line in JSON")
    }
}

/// Returns an event as the queue holds it, according to the queue's contract.
pub(crate) fn event(id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/kommo/shop", "type": "com.kommo.message",
        "subject": "dfad22a0daff474fe654ce3249dcaccf", "time": "2026-11-18T12:48:57Z",
        "datacontenttype": "application/json", "dataschema": "urn:chathooks:data:1",
        "data": {
            "provider": "kommo", "kind": "message", "channel": "shop", "conversation": "c-1",
            "sender": null, "recipient": null,
            "message": {"id": "m-1", "text": "Grüße 😀", "attachments": [], "reply_to": null, "replaces": null},
            "status": null, "reaction": null, "warnings": [],
            "original": {"body": "{}", "encoding": "utf-8", "sha256": "", "signature": null, "part": null},
        },
    })
}

/// Returns a message with any body.
pub(crate) fn message(message_id: &str, group: &str, body: impl ToString) -> StoredMessage {
    let system = [("MessageGroupId", group), ("ApproximateReceiveCount", "1")];
    StoredMessage {
        body: body.to_string(),
        attributes: [("provider".to_owned(), "kommo".to_owned())].into(),
        typed: [].into(),
        system: system.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        message_id: message_id.to_owned(),
        receipt_handle: format!("handle-of-{message_id}"),
    }
}

/// Returns messages with events: `"a1"` is a message `m-a1` of group `a` with the event `kommo-a1`.
pub(crate) fn messages(names: &[&str]) -> Vec<StoredMessage> {
    names.iter().map(|name| message(&format!("m-{name}"), &name[..1], event(&format!("kommo-{name}")))).collect()
}

/// Returns a receiver that fails the events with these names and accepts the others.
pub(crate) fn failing(names: &'static [&'static str]) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    |request| {
        let fails = names.iter().any(|name| request.header("webhook-id").ends_with(name));
        Reply::Status(if fails { 500 } else { 200 })
    }
}
