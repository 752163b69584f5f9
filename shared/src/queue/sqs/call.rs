//! Calls to SQS, and the interpretation of their responses.
//!
//! An acknowledgment is a message id with the MD5 digest of the exact body that was sent. A 200 without it is not an
//! acknowledgment.

use std::sync::LazyLock;

use aws_sdk_sqs::operation::send_message::{SendMessage, SendMessageError, SendMessageOutput};
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatch, SendMessageBatchError, SendMessageBatchOutput};
use aws_sdk_sqs::types::BatchResultErrorEntry;
use bytes::Bytes;
use md5::{Digest, Md5};

use super::operation::Operation;
use super::{SqsQueue, body};
use crate::error_code::error_code;
use crate::hex_digits::hex;
use crate::queue::Message;
use crate::queue::sink::{Failure, Outcome};
use crate::retry::is_retriable;

pub(super) static SEND_MESSAGE: LazyLock<Operation<SendMessageOutput, SendMessageError>> =
    LazyLock::new(|| Operation::new("AmazonSQS.SendMessage", &SendMessage::new()));
pub(super) static SEND_MESSAGE_BATCH: LazyLock<Operation<SendMessageBatchOutput, SendMessageBatchError>> =
    LazyLock::new(|| Operation::new("AmazonSQS.SendMessageBatch", &SendMessageBatch::new()));

/// Loads the definition of the operation that most events need, so that the first event need not.
pub(super) fn warm() {
    LazyLock::force(&SEND_MESSAGE);
}

/// Sends a single message, or multiple messages as a batch.
pub(super) async fn send(queue: &SqsQueue, batch: &[&Message]) -> Result<Vec<Outcome>, Failure> {
    match batch {
        [message] => match send_one(queue, &message.body, body::of_one(queue, message).into()).await {
            // A permanent failure of one message does not imply that others would fail.
            Err(failure) if !failure.is_retriable => Ok(vec![Err(failure)]),
            outcome => outcome.map(|()| vec![Ok(())]),
        },
        _ => send_batch(queue, batch).await,
    }
}

/// Sends the message with this body in a request with this JSON.
pub(super) async fn send_one(queue: &SqsQueue, body: &str, json: Bytes) -> Outcome {
    let answer = SEND_MESSAGE.call(&queue.client, json).await?;
    outcome(is_acknowledged(body, answer.message_id(), answer.md5_of_message_body()))
}

async fn send_batch(queue: &SqsQueue, batch: &[&Message]) -> Result<Vec<Outcome>, Failure> {
    let answer = SEND_MESSAGE_BATCH.call(&queue.client, body::of_batch(queue, batch).into()).await?;
    Ok(outcomes(batch, &answer))
}

pub(super) fn outcomes(batch: &[&Message], answer: &SendMessageBatchOutput) -> Vec<Outcome> {
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
    outcomes
}

pub(super) fn outcome(is_acknowledged: bool) -> Outcome {
    if is_acknowledged { Ok(()) } else { Err(Failure::new("unacknowledged", true)) }
}

/// Returns whether a response confirms that this exact body is in the queue.
#[must_use]
pub fn is_acknowledged(body: &str, message_id: Option<&str>, md5: Option<&str>) -> bool {
    let digest = hex(Md5::digest(body));
    message_id.is_some_and(|id| !id.is_empty()) && md5 == Some(&digest)
}

/// Returns the failure of one entry of a batch.
pub(super) fn entry_failure(error: &BatchResultErrorEntry) -> Failure {
    let (status, code) = (if error.sender_fault() { 400 } else { 500 }, error_code(error.code()));
    Failure::new(code, is_retriable(status, code))
}
