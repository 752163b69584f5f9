//! What SQS says about a queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use super::failure;
use super::queue::SqsQueue;
use crate::terminal::output;

/// Some of a queue's attributes. SQS's counts are approximate: they may lag by a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// How many messages can be received.
    pub(crate) visible: usize,
    /// How many were received by somebody, and are not deleted yet.
    pub(crate) in_flight: usize,
    /// The name of the queue that its dead letters go to.
    pub(crate) dead_letter_queue: Option<String>,
}

impl SqsQueue {
    /// Asks for them.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub(crate) async fn attributes(&self) -> anyhow::Result<Attributes> {
        self.ask(&self.client).await
    }

    async fn ask(&self, client: &Client) -> anyhow::Result<Attributes> {
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
        Ok(Attributes {
            visible: count(ApproximateNumberOfMessages),
            in_flight: count(ApproximateNumberOfMessagesNotVisible),
            dead_letter_queue: attributes.get(&RedrivePolicy).and_then(|policy| dead_letter_queue(policy)),
        })
    }
}

impl SqsQueue {
    /// Asks whether there is such a queue. Who may only send to it cannot ask: that is told on stderr, and no error.
    ///
    /// # Errors
    /// There is none, or it cannot be reached.
    pub(crate) async fn check(&self) -> anyhow::Result<()> {
        // Somebody waits for the start, and sees what is wrong.
        let config = self.client.config().to_builder().retry_config(RetryConfig::standard().with_max_attempts(2)).build();
        match self.ask(&Client::from_conf(config)).await {
            Err(error) if error.to_string().contains("AccessDenied") => {
                output::note(&format!("warning: {error:#}; whether there is such a queue is not known"));
                Ok(())
            }
            outcome => outcome.map(drop),
        }
    }
}

/// The queue's name in the ARN of a redrive policy.
fn dead_letter_queue(policy: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    policy["deadLetterTargetArn"].as_str()?.rsplit(':').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redrive_policy_names_the_dead_letter_queue() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead.fifo","maxReceiveCount":"5"}"#;
        assert_eq!(dead_letter_queue(policy).as_deref(), Some("dead.fifo"));
        assert_eq!(dead_letter_queue("{}"), None);
    }
}
