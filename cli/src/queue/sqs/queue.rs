//! An SQS queue: receives, hides, returns and deletes messages.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageSystemAttributeName};

use super::failure;
use super::held::Held;

/// The maximum number of messages per call.
pub(super) const MAX_BATCH: usize = 10;

/// An SQS queue.
#[derive(Debug, Clone)]
pub(crate) struct SqsQueue {
    pub(super) client: Client,
    pub(super) url: String,
}

impl SqsQueue {
    /// Returns the queue URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns whether this is a FIFO queue.
    pub(crate) fn is_fifo(&self) -> bool {
        self.url.ends_with(".fifo")
    }

    /// Receives up to `most` messages, at most ten, which stay invisible to other consumers for `visibility`. Waits up to
    /// `wait` for the first message. Without a wait, SQS queries only some of its servers.
    ///
    /// # Errors
    /// Returns an error if the queue cannot be read.
    pub(crate) async fn receive(&self, most: usize, visibility: Duration, wait: Duration) -> anyhow::Result<Vec<Held>> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most.clamp(1, MAX_BATCH)).unwrap_or(1))
            .visibility_timeout(seconds(visibility))
            .wait_time_seconds(seconds(wait))
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let answer = request.send().await.map_err(|error| failure::explain(&error, "ReceiveMessage", &self.url))?;
        Ok(answer.messages.unwrap_or_default().into_iter().filter_map(Held::from_sdk).collect())
    }

    /// Deletes messages. Returns the ids of the messages that SQS did not delete.
    ///
    /// # Errors
    /// Returns an error if a call fails.
    pub(crate) async fn delete(&self, held: &[&Held]) -> anyhow::Result<Vec<String>> {
        let mut kept = Vec::new();
        for batch in held.chunks(MAX_BATCH) {
            let entries = batch
                .iter()
                .enumerate()
                .map(|(index, held)| DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(&held.receipt).build());
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let request = self.client.delete_message_batch().queue_url(&self.url).set_entries(Some(entries));
            let answer = request.send().await.map_err(|error| failure::explain(&error, "DeleteMessage", &self.url))?;
            let deleted: Vec<&str> = answer.successful().iter().map(|entry| entry.id()).collect();
            let is_kept = |index: usize| !deleted.contains(&index.to_string().as_str());
            kept.extend(batch.iter().enumerate().filter(|(index, _)| is_kept(*index)).map(|(_, held)| held.message_id.clone()));
        }
        Ok(kept)
    }

    /// Sets how long messages stay invisible from now on. Zero returns them to the queue. A message whose visibility cannot
    /// be changed becomes visible when its current timeout ends.
    ///
    /// # Errors
    /// Returns an error if a call fails.
    pub(crate) async fn hide(&self, held: &[&Held], visibility: Duration) -> anyhow::Result<()> {
        for batch in held.chunks(MAX_BATCH) {
            let entries = batch.iter().enumerate().map(|(index, held)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(&held.receipt)
                    .visibility_timeout(seconds(visibility))
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let request = self.client.change_message_visibility_batch().queue_url(&self.url).set_entries(Some(entries));
            request.send().await.map_err(|error| failure::explain(&error, "ChangeMessageVisibility", &self.url))?;
        }
        Ok(())
    }

    /// Returns messages to the queue.
    ///
    /// # Errors
    /// Returns an error if a call fails.
    pub(crate) async fn give_back(&self, held: &[&Held]) -> anyhow::Result<()> {
        self.hide(held, Duration::ZERO).await
    }
}

/// Converts to SQS's whole seconds, at most twelve hours.
fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX).min(43_200)
}
