//! A message that was received and is invisible to others for a while.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName as System};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::queue::message::{Attribute, StoredMessage};

/// A message, and what says that it is this one, received this time.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// SQS's own id: the same each time that it is received.
    pub(crate) message_id: String,
    /// What a deletion asks for.
    pub(crate) receipt: String,
    /// When it was sent, in milliseconds since 1970. On a dead-letter queue: to the first queue, where
    /// both are standard ones, else to this one.
    pub(crate) sent_at: i64,
    /// How often it was received, this time included.
    pub(crate) receives: u32,
    /// The message.
    pub(crate) message: StoredMessage,
}

impl Held {
    /// What is needed to give it back.
    pub(crate) fn to_give_back(&self) -> Self {
        Self {
            message: StoredMessage::default(),
            message_id: self.message_id.clone(),
            receipt: self.receipt.clone(),
            sent_at: self.sent_at,
            receives: self.receives,
        }
    }

    /// What SQS answered. A message without an id or a receipt is none.
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
