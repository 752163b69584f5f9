//! A received message, which is invisible to other consumers for a while.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName as System};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::queue::message::{Attribute, StoredMessage};

/// A received message with its receipt handle.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// SQS's message id, which is the same for every receive.
    pub(crate) message_id: String,
    /// The receipt handle of this receive, for deleting and returning the message.
    pub(crate) receipt: String,
    /// When the message was sent, in milliseconds since 1970. On a dead-letter queue, this is when it was sent to the source
    /// queue if both queues are standard queues, and when it was moved otherwise.
    pub(crate) sent_at: i64,
    /// How many times the message was received, including this time.
    pub(crate) receives: u32,
    /// The message.
    pub(crate) message: StoredMessage,
}

impl Held {
    /// Returns a copy without the message's content, which is enough to return or delete it.
    pub(crate) fn to_give_back(&self) -> Self {
        Self {
            message: StoredMessage::default(),
            message_id: self.message_id.clone(),
            receipt: self.receipt.clone(),
            sent_at: self.sent_at,
            receives: self.receives,
        }
    }

    /// Converts the SDK's message. Returns `None` if it has no id or receipt handle.
    pub(super) fn from_sdk(message: Message) -> Option<Self> {
        let system = message.attributes.unwrap_or_default();
        let attributes = message.message_attributes.unwrap_or_default();
        let attributes: BTreeMap<_, _> = attributes.into_iter().filter_map(|(name, value)| Some((name, attribute(&value)?))).collect();
        Some(Self {
            message_id: message.message_id?,
            receipt: message.receipt_handle?,
            sent_at: system.get(&System::SentTimestamp).and_then(|millis| millis.parse().ok()).unwrap_or_default(),
            receives: system.get(&System::ApproximateReceiveCount).and_then(|count| count.parse().ok()).unwrap_or(1),
            message: StoredMessage {
                body: message.body.unwrap_or_default(),
                attributes,
                group_id: system.get(&System::MessageGroupId).cloned(),
                deduplication_id: system.get(&System::MessageDeduplicationId).cloned(),
                trace: system.get(&System::AwsTraceHeader).cloned(),
            },
        })
    }
}

fn attribute(value: &MessageAttributeValue) -> Option<Attribute> {
    let data_type = value.data_type().to_owned();
    let text = value.string_value().map(str::to_owned);
    match data_type.as_str() {
        "String" => text.map(Attribute::Text),
        _ => Some(Attribute::Other { data_type, value: text.or_else(|| Some(STANDARD.encode(value.binary_value()?.as_ref())))? }),
    }
}
