//! One webhook's keyring in Secrets Manager: its secrets, and how they are read.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::{sleep, timeout};

use super::arn::SecretArn;
use super::request::{Failure, secret_string};
use crate::connection::Connection;
use crate::keyring::Keyring;
use crate::provider::Webhook;
use crate::retry::Backoff;
use crate::settings::{AWS_ENDPOINT_URL_SECRETS_MANAGER, SettingError, Settings, arn_of};

/// How often the first read is tried, and for how long each time: a start that fails may cost a delivery.
const FIRST_READS: u32 = 3;
const LONGEST_FIRST_READ: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = match Backoff::new(Duration::from_millis(100), Duration::from_millis(200), 2, 0.2) {
    Ok(backoff) => backoff,
    Err(_) => panic!("the parameters contradict each other"),
};

/// A webhook's keyring in Secrets Manager: one secret, or several that are merged.
pub(super) struct Source {
    pub(super) webhook: &'static Webhook,
    secrets: Vec<Stored>,
}

/// One secret.
struct Stored {
    arn: SecretArn,
    endpoint: String,
}

impl Source {
    /// Returns the source of a webhook's keyring; none where its ARN is not set.
    ///
    /// # Errors
    /// One of the ARNs is not one, or the keyring itself is set, too.
    pub(super) fn find(webhook: &'static Webhook, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let Some(text) = settings.keyring_arns(webhook.keyring)? else { return Ok(None) };
        let shape = "must be the full ARN of a secret, like arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf, or \
                     several, separated by commas";
        let stored = |text: &str| {
            let arn = SecretArn::parse(text.trim()).ok_or_else(|| SettingError::new(&arn_of(webhook.keyring), shape))?;
            let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SECRETS_MANAGER)?.unwrap_or_else(|| arn.endpoint());
            Ok(Stored { arn, endpoint })
        };
        Ok(Some(Self { webhook, secrets: text.split(',').map(stored).collect::<Result<_, _>>()? }))
    }

    /// Returns the setting with the ARNs.
    pub(super) fn setting(&self) -> String {
        arn_of(self.webhook.keyring)
    }

    /// Reads the keyring within this time.
    pub(super) async fn read(&self, connection: &Connection, limit: Duration) -> Result<Keyring, Failure> {
        let texts = try_join_all(self.secrets.iter().map(|secret| secret.read(connection, limit))).await?;
        self.keyring(&texts).map_err(|_| Failure::new("invalid_keyring", false))
    }

    /// Reads the keyring at start, and again where that may help.
    ///
    /// # Errors
    /// It cannot be read; the error says what to do.
    pub(super) async fn read_first(&self, connection: &Connection) -> Result<Keyring, SettingError> {
        let texts = try_join_all(self.secrets.iter().map(|secret| secret.read_first(connection))).await;
        let texts = texts.map_err(|problem| SettingError::new(&self.setting(), problem))?;
        let invalid = |problem| SettingError::new(&self.setting(), format!("the secret's text is not a keyring: {problem}"));
        self.keyring(&texts).map_err(invalid)
    }

    fn keyring(&self, texts: &[String]) -> Result<Keyring, String> {
        let keyrings = texts.iter().map(|text| Keyring::parse(text, self.webhook.secret_parser()));
        Keyring::merge(keyrings.collect::<Result<Vec<_>, _>>()?)
    }
}

impl Stored {
    async fn read(&self, connection: &Connection, limit: Duration) -> Result<String, Failure> {
        let answer = timeout(limit, secret_string(connection, &self.endpoint, &self.arn)).await;
        answer.unwrap_or_else(|_| Err(Failure::new("timeout", true)))
    }

    async fn read_first(&self, connection: &Connection) -> Result<String, String> {
        let mut outcome = self.read(connection, LONGEST_FIRST_READ).await;
        for failures in 1..FIRST_READS {
            if !outcome.as_ref().is_err_and(|failure| failure.is_retriable) {
                break;
            }
            sleep(BACKOFF.pause(failures)).await;
            outcome = self.read(connection, LONGEST_FIRST_READ).await;
        }
        outcome.map_err(|Failure { code, .. }| format!("the secret cannot be read ({code}): {}", self.advice(&code)))
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
