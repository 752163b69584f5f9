//! Explains errors of the SDK to the user.

use std::error::Error;

use anyhow::anyhow;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use super::access::{NO_CREDENTIALS, on_one_line};
use crate::network::Failure;

/// Returns an error with the failed action, the queue, the cause, and what to do.
pub(super) fn explain<E: ProvideErrorMetadata + Error + 'static, R: std::fmt::Debug + 'static>(
    error: &SdkError<E, R>,
    action: &str,
    url: &str,
) -> anyhow::Error {
    let SdkError::ServiceError(answer) = error else {
        let cause = on_one_line(&root_cause(error));
        // A lookup of credentials can fail with a network error too, which is not about the queue.
        if cause.contains("credentials") || cause.contains("provider") || cause.contains("profile") {
            return anyhow!("cannot call {url} ({cause}); are there AWS credentials? {NO_CREDENTIALS}");
        }
        return match Failure::of(error) {
            Some(failure) => anyhow!("cannot call {url} ({failure}); {}", failure.advice),
            None => anyhow!("cannot call {url} ({cause}); is the URL correct, and is the network up?"),
        };
    };
    let code = answer.err().code().unwrap_or("unknown error");
    let message = answer.err().message().unwrap_or("SQS gives no reason");
    let advice = if code.contains("AccessDenied") {
        format!("the credentials need sqs:{action} on the queue")
    } else if code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist") {
        "is the URL correct, including the region and the account?".to_owned()
    } else if ["InvalidClientTokenId", "UnrecognizedClient", "ExpiredToken", "SignatureDoesNotMatch"]
        .iter()
        .any(|known| code.contains(known))
    {
        format!("the AWS credentials are invalid or have expired ({message})")
    } else {
        group_refused(code, message, url).map_or_else(|| message.to_owned(), str::to_owned)
    };
    anyhow!("{action} on {url} was refused ({code}); {advice}")
}

/// Returns the advice if a server rejects message groups on a standard queue. SQS accepts them (fair queues), but some
/// emulators do not.
pub(super) fn group_refused(code: &str, message: &str, url: &str) -> Option<&'static str> {
    let is_about_groups = message.contains("MessageGroupId") || message.contains("queue type");
    (code.contains("InvalidParameterValue") && is_about_groups && !url.ends_with(".fifo")).then_some(
        "this SQS emulator rejects MessageGroupId on standard queues, which SQS accepts (fair queues); use moto or a recent \
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
    fn an_emulator_that_rejects_groups_is_recognized() {
        let message = "The request include parameter that is not valid for this queue type: MessageGroupId";
        assert!(group_refused("InvalidParameterValue", message, "http://h/1/q").is_some());
        assert_eq!(group_refused("InvalidParameterValue", message, "http://h/1/q.fifo"), None);
        assert_eq!(group_refused("InvalidParameterValue", "Value 5 for DelaySeconds", "http://h/1/q"), None);
    }
}
