//! The secrets of one setting in Secrets Manager, and how they are read.

use std::time::Duration;

use futures_util::future::try_join_all;
use lambda_http::http::Uri;
use tokio::time::{sleep, timeout};

use super::arn::SecretArn;
use super::manager::SecretsManager;
use super::request::{Failure, secret_string};
use crate::connection::Connection;
use crate::retry::Backoff;
use crate::settings::{AWS_ENDPOINT_URL_SECRETS_MANAGER, SettingError, Settings, arn_of};

/// The number of attempts to read a secret at startup, because a failed startup may lose a delivery.
const FIRST_READS: u32 = 3;
/// The time limit of each attempt.
const LONGEST_FIRST_READ: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(200), 2, 0.2);

/// The kind of secret in a setting, and how its text is parsed.
pub struct Form<S> {
    /// Its name in a startup error, such as `a keyring`.
    pub name: &'static str,
    /// The error code of a refresh that reads an invalid text.
    pub invalid: &'static str,
    /// The function that parses the texts of all secrets.
    pub parse: Box<Parse<S>>,
}

/// A function that parses the texts of secrets. Its error must not quote them.
pub type Parse<S> = dyn Fn(&[String]) -> Result<S, String> + Send + Sync;

/// The secrets that a setting names by their ARNs. Multiple secrets are merged.
pub struct Source<S> {
    setting: String,
    secrets: Vec<Stored>,
    form: Form<S>,
}

/// One secret.
struct Stored {
    arn: SecretArn,
    endpoint: Uri,
}

impl<S> Source<S> {
    /// Returns the source of the secrets for the setting `name`. `None` if no ARN is set.
    ///
    /// # Errors
    /// An ARN is invalid, or the setting itself is also set.
    pub fn find(name: &str, form: Form<S>, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let Some(text) = settings.arns(name)? else { return Ok(None) };
        let setting = arn_of(name);
        let shape = "must be the full ARN of a secret, such as arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf, or \
                     multiple ARNs, separated by commas";
        let invalid = || SettingError::new(&setting, shape);
        let stored = |text: &str| {
            let arn = SecretArn::parse(text.trim()).ok_or_else(invalid)?;
            let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SECRETS_MANAGER)?.or_else(|| arn.endpoint()).ok_or_else(invalid)?;
            Ok(Stored { arn, endpoint })
        };
        let secrets = text.split(',').map(stored).collect::<Result<_, _>>()?;
        Ok(Some(Self { setting, secrets, form }))
    }

    /// Returns the name of the setting that holds the ARNs.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// Reads the secrets within this time limit.
    pub(super) async fn read(&self, manager: &SecretsManager, limit: Duration) -> Result<S, Failure> {
        let texts = try_join_all(self.secrets.iter().map(|secret| secret.read(&manager.connection, limit))).await?;
        (self.form.parse)(&texts).map_err(|_| Failure::new(self.form.invalid, false))
    }

    /// Reads the secrets at startup, and retries failures that are retriable.
    ///
    /// # Errors
    /// A secret cannot be read, or the texts cannot be parsed. The error states what to do.
    pub async fn read_first(&self, manager: &SecretsManager) -> Result<S, SettingError> {
        let texts = try_join_all(self.secrets.iter().map(|secret| secret.read_first(&manager.connection))).await;
        let texts = texts.map_err(|problem| SettingError::new(&self.setting, problem))?;
        let invalid = |problem| SettingError::new(&self.setting, format!("the secret's text is not {}: {problem}", self.form.name));
        (self.form.parse)(&texts).map_err(invalid)
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
                "the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt if it uses a customer managed key"
            }
            "ResourceNotFoundException" => return format!("there is no such secret in {region}, or it has no value yet"),
            "InvalidRequestException" => "it is scheduled for deletion",
            "DecryptionFailure" => "the function's role needs kms:Decrypt on its key",
            "no_secret_string" => "it holds binary data; store it as text (SecretString)",
            "empty_secret" => "its text is empty",
            "timeout" | "connection" => {
                return format!(
                    "Secrets Manager cannot be reached in {region}; a function in a VPC needs a route to it, such as a VPC endpoint"
                );
            }
            "unknown_issuer" | "certificate" => {
                "the certificate of the Secrets Manager endpoint is not trusted; for a proxy, set AWS_CA_BUNDLE to a PEM file with its CA"
            }
            _ => "see the errors of GetSecretValue in the Secrets Manager API reference",
        }
        .to_owned()
    }
}
