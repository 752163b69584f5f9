//! The attributes of a queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use super::failure;
use super::queue::SqsQueue;
use crate::terminal::output;

/// Some attributes of a queue. SQS's counts are approximate and can lag by a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// The number of visible messages.
    pub(crate) visible: usize,
    /// The number of messages in flight: received, but not deleted yet.
    pub(crate) in_flight: usize,
    /// The name of the dead-letter queue.
    pub(crate) dead_letter_queue: Option<String>,
    /// How many times a message is received before SQS moves it to that queue.
    pub(crate) max_receives: Option<u32>,
}

impl SqsQueue {
    /// Reads the attributes.
    ///
    /// # Errors
    /// Returns an error if the queue cannot be read.
    pub(crate) async fn attributes(&self) -> anyhow::Result<Attributes> {
        self.read(&self.client).await
    }

    async fn read(&self, client: &Client) -> anyhow::Result<Attributes> {
        use QueueAttributeName::{ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, RedrivePolicy};
        let request = client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(ApproximateNumberOfMessages)
            .attribute_names(ApproximateNumberOfMessagesNotVisible)
            .attribute_names(RedrivePolicy);
        let answer = request.send().await.map_err(|error| failure::explain(&error, "GetQueueAttributes", &self.url))?;
        let attributes = answer.attributes.unwrap_or_default();
        let count = |name| attributes.get(&name).and_then(|count| count.parse().ok()).unwrap_or(0);
        let policy = attributes.get(&RedrivePolicy);
        Ok(Attributes {
            visible: count(ApproximateNumberOfMessages),
            in_flight: count(ApproximateNumberOfMessagesNotVisible),
            dead_letter_queue: policy.and_then(|policy| dead_letter_queue(policy)),
            max_receives: policy.and_then(|policy| max_receives(policy)),
        })
    }
}

impl SqsQueue {
    /// Checks that the queue exists. If the credentials do not allow that, prints a warning on stderr and succeeds.
    ///
    /// # Errors
    /// Returns an error if the queue does not exist or cannot be reached.
    pub(crate) async fn check(&self) -> anyhow::Result<()> {
        // Few attempts, because the user waits for startup and sees the error.
        let config = self.client.config().to_builder().retry_config(RetryConfig::standard().with_max_attempts(2)).build();
        match self.read(&Client::from_conf(config)).await {
            Err(error) if error.to_string().contains("AccessDenied") => {
                output::note(&format!("warning: {error:#}; cannot check whether the queue exists"));
                Ok(())
            }
            outcome => outcome.map(drop),
        }
    }
}

/// Returns the name of the dead-letter queue in a redrive policy.
fn dead_letter_queue(policy: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    policy["deadLetterTargetArn"].as_str()?.rsplit(':').next().map(str::to_owned)
}

/// Returns the `maxReceiveCount` of a redrive policy, which is a number or a string.
fn max_receives(policy: &str) -> Option<u32> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let count = &policy["maxReceiveCount"];
    count.as_u64().and_then(|count| count.try_into().ok()).or_else(|| count.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redrive_policy_names_the_dead_letter_queue() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead.fifo","maxReceiveCount":"5"}"#;
        assert_eq!(dead_letter_queue(policy).as_deref(), Some("dead.fifo"));
        assert_eq!((max_receives(policy), max_receives(r#"{"maxReceiveCount":7}"#), max_receives("{}")), (Some(5), Some(7), None));
        assert_eq!(dead_letter_queue("{}"), None);
    }
}
