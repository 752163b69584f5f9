//! A message as an entry of `SendMessageBatch`.

use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};

use crate::queue::message::{Attribute, StoredMessage};

/// Returns the entry, with all attributes of the message.
///
/// A FIFO queue needs a deduplication id. For a message without one, such as a message from a standard queue, it is the
/// event's id.
pub(super) fn entry(
    index: usize,
    message: &StoredMessage,
    group: Option<&str>,
    is_fifo: bool,
) -> Result<SendMessageBatchRequestEntry, BuildError> {
    let deduplication = is_fifo.then(|| message.deduplication_id.clone().unwrap_or_else(|| message.summary().id));
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body)
        .set_message_group_id(group.map(str::to_owned))
        .set_message_deduplication_id(deduplication);
    for (name, value) in &message.attributes {
        entry = entry.message_attributes(name, attribute(value)?);
    }
    if let Some(trace) = &message.trace {
        let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build()?;
        entry = entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
    }
    entry.build()
}

fn attribute(attribute: &Attribute) -> Result<MessageAttributeValue, BuildError> {
    let builder = MessageAttributeValue::builder();
    let builder = match attribute {
        Attribute::Text(value) => builder.data_type("String").string_value(value),
        Attribute::Other { data_type, value } => match Attribute::bytes(data_type, value) {
            Some(bytes) => builder.data_type(data_type).binary_value(Blob::new(bytes)),
            None => builder.data_type(data_type).string_value(value),
        },
    };
    builder.build()
}
