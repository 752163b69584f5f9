//! A worker, a receiver, and batches for them.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::wire::Request;
use testkit::{Function, Invocation, Receiver, Reply, StoredMessage, failures, sqs_event};

/// The worker's binary.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_worker"))
}

/// A secret of the form that Standard Webhooks asks for.
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

    /// The message ids that the worker reports as failed.
    pub(crate) async fn deliver(&self, queue_arn: &str, messages: &[StoredMessage]) -> Vec<String> {
        let invocation = self.worker.invoke(sqs_event(queue_arn, messages).to_string().into_bytes()).await;
        failures(&invocation.outcome)
    }

    /// The same with a deadline of the function.
    pub(crate) async fn deliver_within(&self, queue_arn: &str, messages: &[StoredMessage], deadline: Duration) -> Invocation {
        self.worker.invoke_within(sqs_event(queue_arn, messages).to_string().into_bytes(), deadline).await
    }

    /// The ids of the events that arrived, in the order of their arrival.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.receiver.arrivals().iter().map(|arrival| arrival.id().to_owned()).collect()
    }
}

/// An event as the queue holds it, by the queue's contract.
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

/// A message with a body of any kind.
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

/// Messages with events: `"a1"` is a message `m-a1` of group `a` with the event `kommo-a1`.
pub(crate) fn messages(names: &[&str]) -> Vec<StoredMessage> {
    names.iter().map(|name| message(&format!("m-{name}"), &name[..1], event(&format!("kommo-{name}")))).collect()
}

/// A receiver that fails the events of these names and takes the others.
pub(crate) fn failing(names: &'static [&'static str]) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    |request| {
        let fails = names.iter().any(|name| request.header("webhook-id").ends_with(name));
        Reply::Status(if fails { 500 } else { 200 })
    }
}
