//! `SendMessage` for forwarding a received message unchanged.

use aws_sdk_sqs::operation::send_message::SendMessageInput;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::SqsQueue;
use super::call::{SEND_MESSAGE, send_one};
use super::operation::unbuildable;
use crate::queue::sink::Outcome;

/// The maximum number of attributes per message.
pub const MAX_ATTRIBUTES: usize = 10;

/// A message attribute of any type.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute(MessageAttributeValue);

impl Attribute {
    /// Returns an attribute with a text value: of type String, Number or a custom type based on them. `None` if the type is
    /// empty.
    #[must_use]
    pub fn text(data_type: &str, value: &str) -> Option<Self> {
        MessageAttributeValue::builder().data_type(data_type).string_value(value).build().ok().map(Self)
    }

    /// Returns an attribute of type Binary or a custom type based on it, from the base64 of its value. `None` if the base64 is
    /// invalid or the type is empty.
    #[must_use]
    pub fn binary(data_type: &str, base64: &str) -> Option<Self> {
        let value = Blob::new(STANDARD.decode(base64).ok()?);
        MessageAttributeValue::builder().data_type(data_type).binary_value(value).build().ok().map(Self)
    }

    /// Returns the length of its type and value in bytes, which count toward the size of a message.
    #[must_use]
    pub fn size(&self) -> usize {
        let Self(attribute) = self;
        let value = attribute.string_value().map(str::len).or_else(|| Some(attribute.binary_value()?.as_ref().len()));
        attribute.data_type().len() + value.unwrap_or_default()
    }
}

/// A received message to be sent to another queue.
#[derive(Debug, Clone, Default)]
pub struct Forwarded<'m> {
    /// The body.
    pub body: &'m str,
    /// The attributes by name.
    pub attributes: Vec<(&'m str, Attribute)>,
    /// The X-Ray trace header.
    pub trace: Option<&'m str>,
    /// The message group, if it has one.
    pub group: Option<&'m str>,
    /// The deduplication id for a FIFO queue.
    pub deduplication_id: &'m str,
}

impl SqsQueue {
    /// Sends one message. The caller limits the time.
    ///
    /// # Errors
    /// The queue has not acknowledged the message.
    pub async fn forward(&self, message: &Forwarded<'_>) -> Outcome {
        // A FIFO queue requires a group. In its own group, the message does not wait for others.
        let group = message.group.or(self.is_fifo.then_some(message.deduplication_id));
        let mut input = SendMessageInput::builder()
            .queue_url(&self.url)
            .message_body(message.body)
            .set_message_group_id(group.map(str::to_owned))
            .set_message_deduplication_id(self.is_fifo.then(|| message.deduplication_id.to_owned()));
        for (name, Attribute(value)) in &message.attributes {
            input = input.message_attributes(*name, value.clone());
        }
        if let Some(trace) = message.trace {
            let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build();
            let value = value.map_err(|_| unbuildable())?;
            input = input.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
        }
        let json = input.build().ok().and_then(|input| SEND_MESSAGE.serialize(input)).ok_or_else(unbuildable)?;
        send_one(self, message.body, json).await
    }
}
