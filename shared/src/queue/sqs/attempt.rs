//! One request to SQS, and what its answer means.
//!
//! An acknowledgement is a message id with the MD5 of the very body that was sent; the SDK does not
//! compare that digest. A 200 without it is no acknowledgement.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use md5::{Digest, Md5};

use crate::queue::Message;

/// Not every message was acknowledged.
#[derive(Debug)]
pub(super) struct Failure {
    /// The error's code as SQS names it, or our own word.
    pub(super) code: String,
    /// Whether sending again would be answered the same way.
    pub(super) for_good: bool,
    /// The ids of the messages that are in all the same.
    pub(super) acknowledged: Vec<String>,
}

/// Sends one message, or up to ten as a batch.
pub(super) async fn send(client: &Client, url: &str, fifo: bool, messages: &[&Message]) -> Result<(), Failure> {
    match messages {
        [message] => send_one(client, url, fifo, message).await,
        _ => send_several(client, url, fifo, messages).await,
    }
}

async fn send_one(client: &Client, url: &str, fifo: bool, message: &Message) -> Result<(), Failure> {
    let mut request = client
        .send_message()
        .queue_url(url)
        .message_body(&message.body)
        .message_group_id(&message.group)
        .set_message_deduplication_id(fifo.then(|| message.id.clone()));
    for (name, value) in message.attributes() {
        request = request.message_attributes(name, attribute(value)?);
    }
    if let Some(trace) = &message.trace {
        request = request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, system_attribute(trace)?);
    }
    let answer = request.send().await.map_err(|error| failure(&error))?;
    if is_acknowledged(&message.body, answer.message_id(), answer.md5_of_message_body()) { Ok(()) } else { Err(unacknowledged(Vec::new())) }
}

async fn send_several(client: &Client, url: &str, fifo: bool, messages: &[&Message]) -> Result<(), Failure> {
    let mut request = client.send_message_batch().queue_url(url);
    for (place, message) in messages.iter().enumerate() {
        request = request.entries(entry(place, message, fifo)?);
    }
    let answer = request.send().await.map_err(|error| failure(&error))?;
    let message_of = |place: &str| messages.get(place.parse::<usize>().ok()?).copied();
    let acknowledged: Vec<String> = answer
        .successful()
        .iter()
        .filter_map(|result| Some((message_of(result.id())?, result)))
        .filter(|(message, result)| is_acknowledged(&message.body, Some(result.message_id()), Some(result.md5_of_message_body())))
        .map(|(message, _)| message.id.clone())
        .collect();
    if messages.iter().all(|message| acknowledged.contains(&message.id)) {
        return Ok(());
    }
    let mut failure = unacknowledged(acknowledged);
    for error in answer.failed() {
        error.code().clone_into(&mut failure.code);
        failure.for_good |= error.sender_fault() && !is_passing(error.code());
    }
    Err(failure)
}

/// A batch entry; its id within the batch is its place.
fn entry(place: usize, message: &Message, fifo: bool) -> Result<SendMessageBatchRequestEntry, Failure> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(place.to_string())
        .message_body(&message.body)
        .message_group_id(&message.group)
        .set_message_deduplication_id(fifo.then(|| message.id.clone()));
    for (name, value) in message.attributes() {
        entry = entry.message_attributes(name, attribute(value)?);
    }
    if let Some(trace) = &message.trace {
        entry = entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, system_attribute(trace)?);
    }
    entry.build().map_err(|_| unbuildable())
}

fn attribute(value: &str) -> Result<MessageAttributeValue, Failure> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().map_err(|_| unbuildable())
}

fn system_attribute(value: &str) -> Result<MessageSystemAttributeValue, Failure> {
    MessageSystemAttributeValue::builder().data_type("String").string_value(value).build().map_err(|_| unbuildable())
}

/// The SDK's builders refuse a missing field; none is missing here.
fn unbuildable() -> Failure {
    Failure { code: "unbuildable".to_owned(), for_good: true, acknowledged: Vec::new() }
}

fn unacknowledged(acknowledged: Vec<String>) -> Failure {
    Failure { code: "unacknowledged".to_owned(), for_good: false, acknowledged }
}

/// Whether an answer says that this very body is in the queue.
#[must_use]
pub fn is_acknowledged(body: &str, message_id: Option<&str>, md5: Option<&str>) -> bool {
    let digest = hex::encode(Md5::digest(body));
    message_id.is_some_and(|id| !id.is_empty()) && md5 == Some(&digest)
}

fn failure<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Failure {
    let (code, for_good) = match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or("unknown").to_owned();
            let refused = (400..500).contains(&answer.raw().status().as_u16());
            let for_good = refused && !matches!(answer.raw().status().as_u16(), 408 | 429) && !is_passing(&code);
            (code, for_good)
        }
        SdkError::ConstructionFailure(_) => ("unbuildable".to_owned(), true),
        SdkError::TimeoutError(_) => ("timeout".to_owned(), false),
        SdkError::ResponseError(_) => ("unacknowledged".to_owned(), false),
        _ => ("connection".to_owned(), false),
    };
    Failure { code, for_good, acknowledged: Vec::new() }
}

/// Codes of a 4xx that passes: SQS and KMS throttle by 400.
fn is_passing(code: &str) -> bool {
    ["Throttl", "TooManyRequests", "RequestTimeout", "ServiceUnavailable", "InternalError", "SlowDown"]
        .iter()
        .any(|part| code.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_passes_and_denial_does_not() {
        for code in
            ["RequestThrottled", "ThrottlingException", "KmsThrottled", "TooManyRequestsException", "InternalError", "ServiceUnavailable"]
        {
            assert!(is_passing(code), "{code}");
        }
        for code in ["AccessDenied", "QueueDoesNotExist", "InvalidMessageContents", "unknown"] {
            assert!(!is_passing(code), "{code}");
        }
    }
}
