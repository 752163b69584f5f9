//! `ChangeMessageVisibilityBatch`: sets how long received messages stay hidden.

use std::sync::LazyLock;

use aws_sdk_sqs::operation::change_message_visibility_batch::{
    ChangeMessageVisibilityBatch, ChangeMessageVisibilityBatchError, ChangeMessageVisibilityBatchInput, ChangeMessageVisibilityBatchOutput,
};
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;

use super::SqsQueue;
use super::call::{entry_failure, outcome};
use super::operation::{Operation, unbuildable};
use crate::queue::sink::{Failure, Outcome};

static CHANGE_VISIBILITY: LazyLock<Operation<ChangeMessageVisibilityBatchOutput, ChangeMessageVisibilityBatchError>> =
    LazyLock::new(|| Operation::new("AmazonSQS.ChangeMessageVisibilityBatch", &ChangeMessageVisibilityBatch::new()));

/// The maximum number of messages per call.
pub const MAX_HIDINGS: usize = 10;

/// A received message, and how long it stays hidden.
#[derive(Debug, Clone, Copy)]
pub struct Hiding<'m> {
    /// The receipt handle from the last time it was received.
    pub receipt_handle: &'m str,
    /// Its visibility timeout in seconds from now. It must end at most 43,200 seconds after the message was received.
    pub seconds: i32,
}

impl SqsQueue {
    /// Makes one call for at most [`MAX_HIDINGS`] messages, and returns the outcome of each, in order. The caller limits the
    /// time.
    ///
    /// # Errors
    /// The call failed as a whole.
    pub async fn hide(&self, messages: &[Hiding<'_>]) -> Result<Vec<Outcome>, Failure> {
        let entry = |(index, message): (usize, &Hiding<'_>)| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(message.receipt_handle)
                .visibility_timeout(message.seconds)
                .build()
                .map_err(|_| unbuildable())
        };
        let entries = messages.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
        let input = ChangeMessageVisibilityBatchInput::builder().queue_url(&self.url).set_entries(Some(entries)).build();
        let json = input.ok().and_then(|input| CHANGE_VISIBILITY.serialize(input)).ok_or_else(unbuildable)?;
        let answer = CHANGE_VISIBILITY.call(&self.client, json).await?;
        let mut outcomes = vec![outcome(false); messages.len()];
        let index = |id: &str| id.parse::<usize>().ok();
        for error in answer.failed() {
            if let Some(outcome) = index(error.id()).and_then(|index| outcomes.get_mut(index)) {
                *outcome = Err(entry_failure(error));
            }
        }
        for result in answer.successful() {
            if let Some(outcome) = index(result.id()).and_then(|index| outcomes.get_mut(index)) {
                *outcome = Ok(());
            }
        }
        Ok(outcomes)
    }
}
