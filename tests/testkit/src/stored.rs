//! A message as a consumer gets it from SQS.

use std::collections::BTreeMap;

use serde_json::Value;

/// One received message.
#[derive(Debug, Clone)]
pub struct StoredMessage {
    /// The body.
    pub body: String,
    /// The user's attributes, those that are text.
    pub attributes: BTreeMap<String, String>,
    /// The same as SQS gives them, those of other types included: `DataType`, and `StringValue` or `BinaryValue`.
    pub typed: BTreeMap<String, Value>,
    /// The system attributes: `MessageGroupId`, `MessageDeduplicationId`, `AWSTraceHeader`, `ApproximateReceiveCount` …
    pub system: BTreeMap<String, String>,
    /// SQS's own id.
    pub message_id: String,
    /// The handle by which it is deleted.
    pub receipt_handle: String,
}

impl StoredMessage {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("a body in JSON ({error}): {}", self.body))
    }

    /// All of a message but its event's data: what routers, tracers and consoles show.
    ///
    /// # Panics
    /// When the body is not JSON.
    pub fn around_data(&self) -> String {
        let mut event = self.json();
        event["data"] = Value::Null;
        format!("{event} {:?} {:?}", self.attributes, self.system)
    }

    /// Parses one entry of `ReceiveMessage`'s `Messages`.
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
