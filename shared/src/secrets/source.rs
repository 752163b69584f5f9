//! One keyring in Secrets Manager: its secret, and how it is read.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::arn::SecretArn;
use super::request::{Failure, secret_string};
use crate::connection::Connection;
use crate::function::Webhook;
use crate::retry::Backoff;
use crate::settings::{AWS_ENDPOINT_URL_SECRETS_MANAGER, SettingError, Settings, arn_of};

/// The first read is tried so often, and each time for so long: a start that fails may cost a delivery.
const FIRST_READS: u32 = 3;
const LONGEST_FIRST_READ: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = match Backoff::new(Duration::from_millis(100), Duration::from_millis(200), 2, 0.2) {
    Ok(backoff) => backoff,
    Err(_) => panic!("the parameters contradict each other"),
};

/// A webhook's keyring in Secrets Manager.
pub(super) struct Source {
    pub(super) webhook: &'static Webhook,
    arn: SecretArn,
    endpoint: String,
}

impl Source {
    /// The source of a webhook's keyring; none where its ARN is not set.
    ///
    /// # Errors
    /// The ARN is none, or the keyring itself is set, too.
    pub(super) fn find(webhook: &'static Webhook, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let Some(text) = settings.keyring_arn(webhook.keyring)? else { return Ok(None) };
        let shape = "must be the full ARN of a secret, like arn:aws:secretsmanager:eu-west-1:123456789012:secret:kommo-AbCdEf";
        let arn = SecretArn::read(&text).ok_or_else(|| SettingError::new(&arn_of(webhook.keyring), shape))?;
        let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SECRETS_MANAGER)?.unwrap_or_else(|| arn.endpoint());
        Ok(Some(Self { webhook, arn, endpoint }))
    }

    /// The setting with the ARN.
    pub(super) fn setting(&self) -> String {
        arn_of(self.webhook.keyring)
    }

    /// Reads the text within this time.
    pub(super) async fn read(&self, connection: &Connection, limit: Duration) -> Result<String, Failure> {
        let answer = timeout(limit, secret_string(connection, &self.endpoint, &self.arn)).await;
        answer.unwrap_or_else(|_| Err(Failure::new("timeout", true)))
    }

    /// Reads the text at start, and again where that may help.
    ///
    /// # Errors
    /// It cannot be read; the error says what to do.
    pub(super) async fn read_first(&self, connection: &Connection) -> Result<String, SettingError> {
        let mut outcome = self.read(connection, LONGEST_FIRST_READ).await;
        for failures in 1..FIRST_READS {
            if !outcome.as_ref().is_err_and(|failure| failure.is_retriable) {
                break;
            }
            sleep(BACKOFF.pause(failures)).await;
            outcome = self.read(connection, LONGEST_FIRST_READ).await;
        }
        outcome.map_err(|Failure { code, .. }| {
            let problem = format!("the secret cannot be read ({code}): {}", self.advice(&code));
            SettingError::new(&self.setting(), problem)
        })
    }

    fn advice(&self, code: &str) -> String {
        let region = self.arn.region();
        match code {
            "AccessDeniedException" => {
                "the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt on a key of your own"
            }
            "ResourceNotFoundException" => return format!("there is no such secret in {region}, or it has no value yet"),
            "InvalidRequestException" => "it is marked for deletion",
            "DecryptionFailure" => "the function's role needs kms:Decrypt on its key",
            "no_secret_string" => "it holds binary data, and a keyring is text (SecretString)",
            "empty_secret" => "its text is empty",
            "timeout" | "connection" => {
                return format!(
                    "Secrets Manager cannot be reached in {region}; a function in a VPC needs a way there, such as its VPC endpoint"
                );
            }
            _ => "see the errors of GetSecretValue in the Secrets Manager API reference",
        }
        .to_owned()
    }
}
