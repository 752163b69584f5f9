//! `ChangeMessageVisibilityBatch`: sets how long received messages stay hidden.

use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;

use super::SqsQueue;
use super::call::{entry_failure, failure, outcome, unbuildable};
use crate::queue::sink::{Failure, Outcome};

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
        let request = self.client.change_message_visibility_batch().queue_url(&self.url).set_entries(Some(entries));
        let answer = request.send().await.map_err(|error| failure(&error))?;
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
