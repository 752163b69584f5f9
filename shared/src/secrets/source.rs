//! The secrets of one setting in Secrets Manager, and how they are read.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::{sleep, timeout};

use super::arn::SecretArn;
use super::manager::SecretsManager;
use super::request::{Failure, secret_string};
use crate::connection::Connection;
use crate::retry::Backoff;
use crate::settings::{AWS_ENDPOINT_URL_SECRETS_MANAGER, SettingError, Settings, arn_of};

/// How often the first read is tried, and its time limit: a failed start may cost a delivery.
const FIRST_READS: u32 = 3;
const LONGEST_FIRST_READ: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(200), 2, 0.2);

/// The kind of secret that a setting has, and how its text is parsed.
pub struct Form<S> {
    /// Its name in the error of a failed start: `a keyring`.
    pub name: &'static str,
    /// The error code of a refresh whose text cannot be parsed.
    pub invalid: &'static str,
    /// Parses the texts of all secrets.
    pub parse: Box<Parse<S>>,
}

/// Parses texts. An error must not quote them.
pub type Parse<S> = dyn Fn(&[String]) -> Result<S, String> + Send + Sync;

/// The secret that a setting names by its ARN, or several that are merged.
pub struct Source<S> {
    setting: String,
    secrets: Vec<Stored>,
    form: Form<S>,
}

/// One secret.
struct Stored {
    arn: SecretArn,
    endpoint: String,
}

impl<S> Source<S> {
    /// Returns the source of the secret of the setting `name`; none if no ARN is set.
    ///
    /// # Errors
    /// An ARN is invalid, or the setting itself is set, too.
    pub fn find(name: &str, form: Form<S>, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let Some(text) = settings.arns(name)? else { return Ok(None) };
        let setting = arn_of(name);
        let shape = "must be the full ARN of a secret, like arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf, or \
                     several, separated by commas";
        let stored = |text: &str| {
            let arn = SecretArn::parse(text.trim()).ok_or_else(|| SettingError::new(&setting, shape))?;
            let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SECRETS_MANAGER)?.unwrap_or_else(|| arn.endpoint());
            Ok(Stored { arn, endpoint })
        };
        let secrets = text.split(',').map(stored).collect::<Result<_, _>>()?;
        Ok(Some(Self { setting, secrets, form }))
    }

    /// Returns the name of the setting with the ARNs.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// Reads the secrets within this time limit.
    pub(super) async fn read(&self, manager: &SecretsManager, limit: Duration) -> Result<S, Failure> {
        let texts = try_join_all(self.secrets.iter().map(|secret| secret.read(&manager.connection, limit))).await?;
        (self.form.parse)(&texts).map_err(|_| Failure::new(self.form.invalid, false))
    }

    /// Reads the secrets at start, with retries if they may help.
    ///
    /// # Errors
    /// They cannot be read or parsed. The error says what to do.
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
                "the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt on a key of your own"
            }
            "ResourceNotFoundException" => return format!("there is no such secret in {region}, or it has no value yet"),
            "InvalidRequestException" => "it is marked for deletion",
            "DecryptionFailure" => "the function's role needs kms:Decrypt on its key",
            "no_secret_string" => "it holds binary data, and must be text (SecretString)",
            "empty_secret" => "its text is empty",
            "timeout" | "connection" => {
                return format!(
                    "Secrets Manager cannot be reached in {region}; a function in a VPC needs a way there, such as its VPC endpoint"
                );
            }
            "unknown_issuer" | "certificate" => {
                "the certificate of Secrets Manager's endpoint is not trusted; a proxy's CA is set by AWS_CA_BUNDLE, the path of a PEM file"
            }
            _ => "see the errors of GetSecretValue in the Secrets Manager API reference",
        }
        .to_owned()
    }
}
