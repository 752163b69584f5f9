//! One call to SQS, and the interpretation of its response.
//!
//! An acknowledgment is a message id with the MD5 digest of the exact body that was sent. The SDK does not compare that
//! digest. A 200 without it is not an acknowledgment.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{BatchResultErrorEntry, MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use md5::{Digest, Md5};

use super::{SqsQueue, body};
use crate::connection;
use crate::error_code::error_code;
use crate::queue::Message;
use crate::queue::sink::{Failure, Outcome};
use crate::retry::is_retriable;

/// Sends a single message, or multiple messages as a batch.
pub(super) async fn send(queue: &SqsQueue, batch: &[&Message]) -> Result<Vec<Outcome>, Failure> {
    match batch {
        [message] => match send_one(queue, message).await {
            // A permanent failure of one message does not imply that others would fail.
            Err(failure) if !failure.is_retriable => Ok(vec![Err(failure)]),
            outcome => outcome.map(|outcome| vec![outcome]),
        },
        _ => send_batch(queue, batch).await,
    }
}

async fn send_one(queue: &SqsQueue, message: &Message) -> Result<Outcome, Failure> {
    let mut request = queue
        .client
        .send_message()
        .queue_url(&queue.url)
        .message_body(&message.body)
        .message_group_id(queue.group_of(message))
        .set_message_deduplication_id(queue.is_fifo.then(|| message.id.clone()));
    for (name, value) in message.attributes() {
        request = request.message_attributes(name, attribute(value)?);
    }
    if let Some(trace) = &message.trace {
        request = request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, system_attribute(trace)?);
    }
    let answer = request.send().await.map_err(|error| failure(&error))?;
    Ok(outcome(is_acknowledged(&message.body, answer.message_id(), answer.md5_of_message_body())))
}

async fn send_batch(queue: &SqsQueue, batch: &[&Message]) -> Result<Vec<Outcome>, Failure> {
    let json = Bytes::from(body::of_batch(queue, batch));
    let request = queue.client.send_message_batch().queue_url(&queue.url).customize().mutate_request(move |request| {
        request.headers_mut().insert("content-length", json.len().to_string());
        *request.body_mut() = SdkBody::from(json.clone());
    });
    let answer = request.send().await.map_err(|error| failure(&error))?;
    let mut outcomes = vec![outcome(false); batch.len()];
    let index = |id: &str| id.parse::<usize>().ok();
    for error in answer.failed() {
        if let Some(outcome) = index(error.id()).and_then(|index| outcomes.get_mut(index)) {
            *outcome = Err(entry_failure(error));
        }
    }
    for result in answer.successful() {
        let Some(index) = index(result.id()) else { continue };
        if let (Some(message), Some(outcome)) = (batch.get(index), outcomes.get_mut(index))
            && is_acknowledged(&message.body, Some(result.message_id()), Some(result.md5_of_message_body()))
        {
            *outcome = Ok(());
        }
    }
    Ok(outcomes)
}

fn attribute(value: &str) -> Result<MessageAttributeValue, Failure> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().map_err(|_| unbuildable())
}

pub(super) fn system_attribute(value: &str) -> Result<MessageSystemAttributeValue, Failure> {
    MessageSystemAttributeValue::builder().data_type("String").string_value(value).build().map_err(|_| unbuildable())
}

/// Returns the failure of an SDK builder. Builders fail only if a field is missing, which never happens here.
pub(super) fn unbuildable() -> Failure {
    Failure::new("unbuildable", false)
}

pub(super) fn outcome(is_acknowledged: bool) -> Outcome {
    if is_acknowledged { Ok(()) } else { Err(Failure::new("unacknowledged", true)) }
}

/// Returns whether a response confirms that this exact body is in the queue.
#[must_use]
pub fn is_acknowledged(body: &str, message_id: Option<&str>, md5: Option<&str>) -> bool {
    let digest = hex::encode(Md5::digest(body));
    message_id.is_some_and(|id| !id.is_empty()) && md5 == Some(&digest)
}

/// Returns the failure of one entry of a batch.
pub(super) fn entry_failure(error: &BatchResultErrorEntry) -> Failure {
    let (status, code) = (if error.sender_fault() { 400 } else { 500 }, error_code(error.code()));
    Failure::new(code, is_retriable(status, code))
}

pub(super) fn failure<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Failure {
    match error {
        SdkError::ServiceError(answer) => {
            let code = error_code(answer.err().code().unwrap_or_default());
            Failure::new(code, is_retriable(answer.raw().status().as_u16(), code))
        }
        SdkError::ConstructionFailure(_) => unbuildable(),
        SdkError::TimeoutError(_) => Failure::new("timeout", true),
        SdkError::ResponseError(_) => Failure::new("unacknowledged", true),
        SdkError::DispatchFailure(unanswered) => Failure::new(unanswered.as_connector_error().map_or("connection", connection::code), true),
        _ => Failure::new("connection", true),
    }
}
