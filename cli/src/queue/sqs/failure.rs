//! What an error of the SDK means to a user.

use std::error::Error;

use anyhow::anyhow;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

/// What was asked, of which queue, why it failed, and what to do.
pub(super) fn explain<E: ProvideErrorMetadata + Error + 'static, R: std::fmt::Debug + 'static>(
    error: &SdkError<E, R>,
    action: &str,
    url: &str,
) -> anyhow::Error {
    let SdkError::ServiceError(answer) = error else {
        let cause = root_cause(error);
        let advice = match cause.contains("credentials") || cause.contains("provider") {
            true => {
                "are there AWS credentials? Set AWS_PROFILE (after `aws sso login`, where it needs that), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            }
            false => "is the URL right, and the network up?",
        };
        return anyhow!("{url} could not be asked ({cause}); {advice}");
    };
    let code = answer.err().code().unwrap_or("unknown error");
    let advice = if code.contains("AccessDenied") {
        format!("the credentials need sqs:{action} on it")
    } else if code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist") {
        "is the URL right?".to_owned()
    } else {
        answer.err().message().unwrap_or("SQS does not say why").to_owned()
    };
    anyhow!("{action} on {url} was refused ({code}); {advice}")
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
