//! Settings from the environment: their validation, and the names of all settings that do not belong to a provider.
//!
//! An empty value is the same as unset. An error names the setting and what is expected. It never quotes the value, which may
//! be a secret.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::Uri;

use crate::keyring::{Keyring, ParseSecret};

/// The URL of the queue to which events are sent, and from which the worker receives them.
pub const QUEUE_URL: &str = "QUEUE_URL";
/// The URL of the queue that is tried when the main queue is slow or fails.
pub const FALLBACK_QUEUE_URL: &str = "FALLBACK_QUEUE_URL";
/// The URL of the queue for verified but malformed bodies.
pub const QUARANTINE_QUEUE_URL: &str = "QUARANTINE_QUEUE_URL";
/// The time from the receipt of a request to the deadline of the enqueue, in milliseconds.
pub const ACK_BUDGET_MS: &str = "ACK_BUDGET_MS";
/// The path that precedes every webhook path, as added by the mapping of a custom domain.
pub const BASE_PATH: &str = "BASE_PATH";
/// The URL of the queue to which the worker sends events that the receiver refuses permanently, and messages that are not
/// events.
pub const DEAD_LETTER_QUEUE_URL: &str = "DEAD_LETTER_QUEUE_URL";
/// The time-to-live of secrets from Secrets Manager, in seconds. The name and limits are those of the AWS Parameters and Secrets
/// extension.
pub const SECRETS_MANAGER_TTL: &str = "SECRETS_MANAGER_TTL";
/// The URL to which the worker delivers events.
pub const DELIVERY_URL: &str = "DELIVERY_URL";
/// The secrets that sign deliveries (Standard Webhooks), newest first.
pub const DELIVERY_SECRET: &str = "DELIVERY_SECRET";
/// The ARNs of the delivery secrets in Secrets Manager.
pub const DELIVERY_SECRET_ARN: &str = "DELIVERY_SECRET_ARN";
/// The address of the Lambda Runtime API, set by Lambda.
pub const AWS_LAMBDA_RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// The name of the function, set by Lambda.
pub const AWS_LAMBDA_FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// The name of the service in log lines.
pub const POWERTOOLS_SERVICE_NAME: &str = "POWERTOOLS_SERVICE_NAME";
/// The namespace of the metrics.
pub const POWERTOOLS_METRICS_NAMESPACE: &str = "POWERTOOLS_METRICS_NAMESPACE";
/// `true` or `1` disables metrics.
pub const POWERTOOLS_METRICS_DISABLED: &str = "POWERTOOLS_METRICS_DISABLED";
/// The region to sign for if a queue URL has none.
pub const AWS_REGION: &str = "AWS_REGION";
/// An endpoint for SQS that replaces the origin of the queue URL.
pub const AWS_ENDPOINT_URL_SQS: &str = "AWS_ENDPOINT_URL_SQS";
/// An endpoint for Secrets Manager that replaces that of the secret's region.
pub const AWS_ENDPOINT_URL_SECRETS_MANAGER: &str = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
/// An endpoint for each AWS service whose endpoint setting is unset.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// The access key id of the function's credentials, set by Lambda.
pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// The secret access key of the function's credentials, set by Lambda.
pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// The session token of the function's credentials, set by Lambda.
pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

/// A file of PEM certificates that requests to AWS trust instead of the compiled-in ones. AWS tools use the same name.
pub const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// A file of PEM certificates that all requests trust instead of the compiled-in ones. OpenSSL uses the same name.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of PEM certificates that all requests trust instead of the compiled-in ones, separated by colons. OpenSSL uses the
/// same name.
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// The error for a missing or invalid setting. Startup fails with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// The setting's name.
    pub setting: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl SettingError {
    /// Returns an error about one setting.
    pub fn new(setting: &str, problem: impl Into<String>) -> Self {
        Self { setting: setting.to_owned(), problem: problem.into() }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.setting, self.problem)
    }
}

impl std::error::Error for SettingError {}

/// The operator's decision to accept every caller of a webhook. Only [`Settings::waiver`] creates one.
#[derive(Debug, Clone, Copy)]
pub struct Waiver(());

type Lookup<'s> = dyn Fn(&str) -> Option<String> + Send + Sync + 's;

/// The settings, looked up by name.
#[derive(Clone)]
pub struct Settings<'s> {
    lookup: Arc<Lookup<'s>>,
}

impl Settings<'static> {
    /// Returns the settings of this process's environment.
    #[must_use]
    pub fn from_environment() -> Self {
        // Bytes that are not UTF-8 become U+FFFD. A URL or a number then fails its validation, and a secret matches nothing.
        Self::new(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }
}

impl<'s> Settings<'s> {
    /// Returns settings that are looked up by a function.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 's) -> Self {
        Self { lookup: Arc::new(lookup) }
    }

    /// Returns an optional setting.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Returns a required setting.
    ///
    /// # Errors
    /// The setting is missing. The error says that it must be `purpose`.
    pub fn required(&self, name: &str, purpose: &str) -> Result<String, SettingError> {
        self.optional(name).ok_or_else(|| SettingError::new(name, format!("is not set; it must be {purpose}")))
    }

    /// Returns a switch: `true` or `false`. Unset is `false`.
    ///
    /// # Errors
    /// The value is neither.
    pub fn switch(&self, name: &str) -> Result<bool, SettingError> {
        match self.optional(name).as_deref() {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(_) => Err(SettingError::new(name, "must be `true` or `false`")),
        }
    }

    /// Returns an integer within a range. `unit` is used in the error.
    ///
    /// # Errors
    /// The value is not an integer in the range.
    pub fn number(&self, name: &str, unit: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, SettingError> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let problem = || format!("must be a whole number of {unit} from {} to {}", range.start(), range.end());
        number.map(Some).ok_or_else(|| SettingError::new(name, problem()))
    }

    /// Returns the time from the receipt of a request to the deadline of the enqueue: from 50 ms to 20 s, because API Gateway
    /// times out after 30 s.
    ///
    /// # Errors
    /// The value is not a number in that range.
    pub fn ack_budget(&self) -> Result<Option<Duration>, SettingError> {
        Ok(self.number(ACK_BUDGET_MS, "milliseconds", 50..=20_000)?.map(Duration::from_millis))
    }

    /// Returns the path that precedes every webhook path, without a trailing slash.
    ///
    /// # Errors
    /// The value is not a path.
    pub fn base_path(&self) -> Result<Option<String>, SettingError> {
        let Some(text) = self.optional(BASE_PATH) else { return Ok(None) };
        let path = text.strip_suffix('/').unwrap_or(&text);
        let is_path = path.starts_with('/') && !text.contains("//") && !path.contains(['?', '#', ' ']);
        if is_path || text == "/" {
            return Ok(Some(path.to_owned()).filter(|path| !path.is_empty()));
        }
        Err(SettingError::new(BASE_PATH, "must be a path that starts with `/`, such as /hooks"))
    }

    /// Returns the operator's waiver if the setting is `true`.
    ///
    /// # Errors
    /// The value is neither `true` nor `false`.
    pub fn waiver(&self, name: &str) -> Result<Option<Waiver>, SettingError> {
        Ok(self.switch(name)?.then_some(Waiver(())))
    }

    /// Returns the endpoint that replaces the default of an AWS service: from the setting `service`, otherwise from
    /// [`AWS_ENDPOINT_URL`].
    ///
    /// # Errors
    /// The value is not an HTTP or HTTPS URL.
    pub fn endpoint(&self, service: &str) -> Result<Option<String>, SettingError> {
        let Some((name, endpoint)) = [service, AWS_ENDPOINT_URL].into_iter().find_map(|name| Some((name, self.optional(name)?))) else {
            return Ok(None);
        };
        let uri = endpoint.parse::<Uri>().ok();
        let is_origin = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some());
        if is_origin { Ok(Some(endpoint)) } else { Err(SettingError::new(name, "must be an http or https URL")) }
    }

    /// Returns the keyring in the setting itself.
    ///
    /// # Errors
    /// The value is not a valid keyring, or [`Settings::secret`] fails.
    pub fn keyring(&self, name: &str, secret: ParseSecret) -> Result<Option<Keyring>, SettingError> {
        let Some(text) = self.secret(name)? else { return Ok(None) };
        Keyring::parse(&text, secret).map(Some).map_err(|problem| SettingError::new(name, problem))
    }

    /// Returns the text of a secret in the setting itself.
    ///
    /// # Errors
    /// The secret is in Secrets Manager. Only deployed functions read from there, and they do so before they call this.
    pub fn secret(&self, name: &str) -> Result<Option<String>, SettingError> {
        if self.arns(name)?.is_some() {
            let problem = format!(
                "only deployed functions read secrets from Secrets Manager; here, set {name} to the secret itself: \
                 {name}=\"$(aws secretsmanager get-secret-value --query SecretString --output text --secret-id …)\""
            );
            return Err(SettingError::new(&arn_of(name), problem));
        }
        Ok(self.optional(name))
    }

    /// Returns the ARNs of a secret, separated by commas.
    ///
    /// # Errors
    /// The setting itself is also set.
    pub fn arns(&self, name: &str) -> Result<Option<String>, SettingError> {
        let arn = arn_of(name);
        match (self.optional(name), self.optional(&arn)) {
            (Some(_), Some(_)) => Err(SettingError::new(name, format!("is set, but {arn} is also set; unset one of them"))),
            (_, found) => Ok(found),
        }
    }
}

/// Returns the name of the setting that holds the ARNs of a secret.
#[must_use]
pub fn arn_of(name: &str) -> String {
    format!("{name}_ARN")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn settings(pairs: &'static [(&str, &str)]) -> Settings<'static> {
        Settings::new(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_empty_setting_is_unset() {
        assert_eq!(settings(&[("A", "")]).optional("A"), None);
        assert!(settings(&[("A", "")]).required("A", "a thing").is_err());
        assert_eq!(settings(&[("A", ""), ("A_ARN", "")]).keyring("A", Secret::parse), Ok(None));
    }

    #[test]
    fn an_invalid_setting_is_named_but_not_quoted() {
        let settings =
            settings(&[("S", "yes-please"), ("N", "1.5s"), ("K", "{\"*\":[\"\"]}"), ("B", "hush"), ("B_ARN", "arn:x"), ("C_ARN", "arn:x")]);
        let errors = [
            settings.switch("S").expect_err("not a switch"),
            settings.number("N", "things", 1..=9).expect_err("not a number"),
            settings.keyring("K", Secret::parse).expect_err("an empty secret"),
            settings.keyring("B", Secret::parse).expect_err("both"),
            settings.keyring("C", Secret::parse).expect_err("in Secrets Manager"),
            settings.required("D", "a secret").expect_err("missing"),
        ];
        let names: Vec<&str> = errors.iter().map(|error| error.setting.as_str()).collect();
        assert_eq!(names, ["S", "N", "K", "B", "C_ARN", "D"]);
        for error in errors {
            let text = error.to_string();
            assert!(!text.contains("yes-please") && !text.contains("1.5s") && !text.contains("hush"), "{text}");
        }
    }

    #[test]
    fn a_budget_is_bounded() {
        for (text, expected) in
            [("50", true), ("1500", true), ("20000", true), ("0", false), ("49", false), ("20001", false), ("-1", false), ("1e3", false)]
        {
            let settings = Settings::new(|_| Some(text.to_owned()));
            assert_eq!(settings.ack_budget().is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_base_path_is_a_path() {
        for (text, expected) in [("/hooks", Some("/hooks")), ("/a/b/", Some("/a/b")), ("/", None), ("", None)] {
            assert_eq!(Settings::new(|_| Some(text.to_owned())).base_path(), Ok(expected.map(str::to_owned)), "{text}");
        }
        for text in ["hooks", "https://example.org/hooks", "//hooks", "/a?b", "/a//b", "/a b", "/a//"] {
            assert!(Settings::new(|_| Some(text.to_owned())).base_path().is_err(), "{text}");
        }
    }
}
