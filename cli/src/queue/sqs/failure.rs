//! What an error of the SDK means to a user.

use std::error::Error;

use anyhow::anyhow;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use super::access::NO_CREDENTIALS;
use crate::network::Failure;

/// What was asked, of which queue, why it failed, and what to do.
pub(super) fn explain<E: ProvideErrorMetadata + Error + 'static, R: std::fmt::Debug + 'static>(
    error: &SdkError<E, R>,
    action: &str,
    url: &str,
) -> anyhow::Error {
    let SdkError::ServiceError(answer) = error else {
        let cause = root_cause(error);
        // Where credentials are looked for, there is a network too: it is not the queue's.
        if cause.contains("credentials") || cause.contains("provider") || cause.contains("profile") {
            return anyhow!("{url} could not be asked ({cause}); are there AWS credentials? {NO_CREDENTIALS}");
        }
        return match Failure::of(error) {
            Some(failure) => anyhow!("{url} could not be asked ({failure}); {}", failure.advice),
            None => anyhow!("{url} could not be asked ({cause}); is the URL right, and the network up?"),
        };
    };
    let code = answer.err().code().unwrap_or("unknown error");
    let message = answer.err().message().unwrap_or("SQS does not say why");
    let advice = if code.contains("AccessDenied") {
        format!("the credentials need sqs:{action} on it")
    } else if code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist") {
        "is the URL right? The region and the account are part of it".to_owned()
    } else if ["InvalidClientTokenId", "UnrecognizedClient", "ExpiredToken", "SignatureDoesNotMatch"]
        .iter()
        .any(|known| code.contains(known))
    {
        format!("the AWS credentials are wrong or have expired ({message})")
    } else {
        group_refused(code, message, url).map_or_else(|| message.to_owned(), str::to_owned)
    };
    anyhow!("{action} on {url} was refused ({code}); {advice}")
}

/// What to say where a server takes no groups on a standard queue. SQS does, for fair queues, and some stand-ins do not.
pub(super) fn group_refused(code: &str, message: &str, url: &str) -> Option<&'static str> {
    let is_about_groups = message.contains("MessageGroupId") || message.contains("queue type");
    (code.contains("InvalidParameterValue") && is_about_groups && !url.ends_with(".fifo")).then_some(
        "this stand-in for SQS refuses MessageGroupId on standard queues, which SQS takes (fair queues); use moto or a recent \
         LocalStack, or a queue whose name ends in .fifo",
    )
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_that_takes_no_groups_is_named() {
        let message = "The request include parameter that is not valid for this queue type: MessageGroupId";
        assert!(group_refused("InvalidParameterValue", message, "http://h/1/q").is_some());
        assert_eq!(group_refused("InvalidParameterValue", message, "http://h/1/q.fifo"), None);
        assert_eq!(group_refused("InvalidParameterValue", "Value 5 for DelaySeconds", "http://h/1/q"), None);
    }
}
