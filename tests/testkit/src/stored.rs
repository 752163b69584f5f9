//! A message as a consumer receives it from SQS.

use std::collections::BTreeMap;

use serde_json::Value;

/// One received message.
#[derive(Debug, Clone)]
pub struct StoredMessage {
    /// The body.
    pub body: String,
    /// The message attributes that are strings.
    pub attributes: BTreeMap<String, String>,
    /// All message attributes as SQS returns them: `DataType`, and `StringValue` or `BinaryValue`.
    pub typed: BTreeMap<String, Value>,
    /// The system attributes: `MessageGroupId`, `MessageDeduplicationId`, `AWSTraceHeader`, `ApproximateReceiveCount` …
    pub system: BTreeMap<String, String>,
    /// SQS's message id.
    pub message_id: String,
    /// The handle to delete it with.
    pub receipt_handle: String,
}

impl StoredMessage {
    /// Returns the body as JSON.
    ///
    /// # Panics
    /// If the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("a body in JSON ({error}): {}", self.body))
    }

    /// Returns the message without its event's data: everything that routers, tracers and consoles show.
    ///
    /// # Panics
    /// If the body is not JSON.
    pub fn around_data(&self) -> String {
        let mut event = self.json();
        event["data"] = Value::Null;
        format!("{event} {:?} {:?}", self.attributes, self.system)
    }

    /// Parses one entry of `Messages` in the response to `ReceiveMessage`.
    pub(crate) fn read(message: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let map = |object: &Value, of: fn(&Value) -> &Value| {
            let entries = object.as_object().into_iter().flatten();
            entries.map(|(name, value)| (name.clone(), text(of(value)))).collect()
        };
        Self {
            body: text(&message["Body"]),
            typed: message["MessageAttributes"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            attributes: map(&message["MessageAttributes"], |value| &value["StringValue"]),
            system: map(&message["Attributes"], |value| value),
            message_id: text(&message["MessageId"]),
            receipt_handle: text(&message["ReceiptHandle"]),
        }
    }
}
