//! Settings from the environment: the names that are not a provider's own, and how each is checked.
//!
//! `""` is the same as unset. An error names the setting and what would be right, and never shows the
//! value: it may be a secret.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::Uri;

use crate::keyring::{Keyring, ParseSecret};

/// The queue: where events go, and for the worker, where they come from.
pub const QUEUE_URL: &str = "QUEUE_URL";
/// The queue that is tried when the first does not answer.
pub const FALLBACK_QUEUE_URL: &str = "FALLBACK_QUEUE_URL";
/// The queue for verified bodies that are malformed.
pub const QUARANTINE_QUEUE_URL: &str = "QUARANTINE_QUEUE_URL";
/// The time from the receipt of an event to the last moment of the enqueue.
pub const ACK_BUDGET_MS: &str = "ACK_BUDGET_MS";
/// The path before every webhook's path, as a custom domain's mapping adds it.
pub const BASE_PATH: &str = "BASE_PATH";
/// The queue to which the worker sends events that the receiver refuses for good, and messages that are not events.
pub const DEAD_LETTER_QUEUE_URL: &str = "DEAD_LETTER_QUEUE_URL";
/// How old a secret from Secrets Manager may be, in seconds: the name and the limits of AWS's Parameters
/// and Secrets extension.
pub const SECRETS_MANAGER_TTL: &str = "SECRETS_MANAGER_TTL";
/// Where the worker delivers events.
pub const DELIVERY_URL: &str = "DELIVERY_URL";
/// The secrets that sign a delivery (Standard Webhooks), newest first.
pub const DELIVERY_SECRET: &str = "DELIVERY_SECRET";
/// The ARNs of the secrets of `DELIVERY_SECRET` in Secrets Manager.
pub const DELIVERY_SECRET_ARN: &str = "DELIVERY_SECRET_ARN";
/// The address of the Lambda Runtime API, set by Lambda.
pub const AWS_LAMBDA_RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// The function's name, set by Lambda.
pub const AWS_LAMBDA_FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// The name of the service in log lines.
pub const POWERTOOLS_SERVICE_NAME: &str = "POWERTOOLS_SERVICE_NAME";
/// The namespace of the metrics.
pub const POWERTOOLS_METRICS_NAMESPACE: &str = "POWERTOOLS_METRICS_NAMESPACE";
/// `true` turns the metrics off.
pub const POWERTOOLS_METRICS_DISABLED: &str = "POWERTOOLS_METRICS_DISABLED";
/// The region to sign for, where a queue URL names none.
pub const AWS_REGION: &str = "AWS_REGION";
/// An endpoint for SQS in place of the queue URL's own origin.
pub const AWS_ENDPOINT_URL_SQS: &str = "AWS_ENDPOINT_URL_SQS";
/// An endpoint for Secrets Manager in place of the secret's region's own.
pub const AWS_ENDPOINT_URL_SECRETS_MANAGER: &str = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
/// An endpoint for all AWS services.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// The function's own credentials, given by Lambda.
pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// The secret half of them.
pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// Their session.
pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

/// A file of certificates in PEM that requests to AWS trust in place of those that are compiled in: the name that AWS's own
/// tools have for it.
pub const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// A file of certificates in PEM that all requests trust in place of those that are compiled in: OpenSSL's name for it.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// A folder of such files.
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// A setting that is missing or wrong: a failed start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// The setting's name.
    pub setting: String,
    /// What is wrong and what would be right.
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

/// An operator's word that every caller of a webhook is accepted. Only [`Settings::waiver`] makes one.
#[derive(Debug, Clone, Copy)]
pub struct Waiver(());

type Lookup<'s> = dyn Fn(&str) -> Option<String> + Send + Sync + 's;

/// Where settings are read from.
#[derive(Clone)]
pub struct Settings<'s> {
    lookup: Arc<Lookup<'s>>,
}

impl Settings<'static> {
    /// Returns the settings of this process's environment.
    #[must_use]
    pub fn from_environment() -> Self {
        // Bytes that are not UTF-8 become U+FFFD: a URL or number fails its check, a secret matches nothing.
        Self::new(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }
}

impl<'s> Settings<'s> {
    /// Returns settings that a function looks up by name.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 's) -> Self {
        Self { lookup: Arc::new(lookup) }
    }

    /// Returns a setting that may be missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Returns a setting that must be there.
    ///
    /// # Errors
    /// It is missing; `purpose` says what it is for.
    pub fn required(&self, name: &str, purpose: &str) -> Result<String, SettingError> {
        self.optional(name).ok_or_else(|| SettingError::new(name, format!("is not set; it must be {purpose}")))
    }

    /// Returns a switch: `true`, or `false`, which is the same as unset.
    ///
    /// # Errors
    /// It is something else.
    pub fn switch(&self, name: &str) -> Result<bool, SettingError> {
        match self.optional(name).as_deref() {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(_) => Err(SettingError::new(name, "must be `true` or `false`")),
        }
    }

    /// Returns a whole number in a range; `unit` is what it counts.
    ///
    /// # Errors
    /// It is something else.
    pub fn number(&self, name: &str, unit: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, SettingError> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let problem = || format!("must be a whole number of {unit} from {} to {}", range.start(), range.end());
        number.map(Some).ok_or_else(|| SettingError::new(name, problem()))
    }

    /// Returns the time from the receipt of a request to the last moment of the enqueue: at least 50 ms, and at most
    /// 20 s, because API Gateway waits for 30.
    ///
    /// # Errors
    /// It is something else.
    pub fn ack_budget(&self) -> Result<Option<Duration>, SettingError> {
        Ok(self.number(ACK_BUDGET_MS, "milliseconds", 50..=20_000)?.map(Duration::from_millis))
    }

    /// Returns the path before every webhook's path, without a slash at its end.
    ///
    /// # Errors
    /// It is not a path.
    pub fn base_path(&self) -> Result<Option<String>, SettingError> {
        let Some(text) = self.optional(BASE_PATH) else { return Ok(None) };
        let path = text.strip_suffix('/').unwrap_or(&text);
        let is_path = path.starts_with('/') && !text.contains("//") && !path.contains(['?', '#', ' ']);
        if is_path || text == "/" {
            return Ok(Some(path.to_owned()).filter(|path| !path.is_empty()));
        }
        Err(SettingError::new(BASE_PATH, "must be a path that begins with `/`, like /hooks"))
    }

    /// Returns the operator's waiver where the setting is `true`.
    ///
    /// # Errors
    /// It is not a switch.
    pub fn waiver(&self, name: &str) -> Result<Option<Waiver>, SettingError> {
        Ok(self.switch(name)?.then_some(Waiver(())))
    }

    /// Returns the endpoint that replaces an AWS service's own: by the service's setting, else by the one for all.
    ///
    /// # Errors
    /// It is not an HTTP URL.
    pub fn endpoint(&self, service: &str) -> Result<Option<String>, SettingError> {
        let Some((name, endpoint)) = [service, AWS_ENDPOINT_URL].into_iter().find_map(|name| Some((name, self.optional(name)?))) else {
            return Ok(None);
        };
        let uri = endpoint.parse::<Uri>().ok();
        let is_origin = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some());
        if is_origin { Ok(Some(endpoint)) } else { Err(SettingError::new(name, "must be an http or https URL")) }
    }

    /// Returns the keyring that stands in the setting itself.
    ///
    /// # Errors
    /// It is empty or not of a keyring's form, or [`Settings::secret`]'s.
    pub fn keyring(&self, name: &str, secret: ParseSecret) -> Result<Option<Keyring>, SettingError> {
        let Some(text) = self.secret(name)? else { return Ok(None) };
        Keyring::parse(&text, secret).map(Some).map_err(|problem| SettingError::new(name, problem))
    }

    /// Returns the text of a secret in the setting itself.
    ///
    /// # Errors
    /// The secret is in Secrets Manager, from which only a deployed function reads, before it calls this.
    pub fn secret(&self, name: &str) -> Result<Option<String>, SettingError> {
        if self.arns(name)?.is_some() {
            let problem = format!(
                "secrets are read from Secrets Manager by deployed functions alone; here set {name} to the secret itself: \
                 {name}=\"$(aws secretsmanager get-secret-value --query SecretString --output text --secret-id …)\""
            );
            return Err(SettingError::new(&arn_of(name), problem));
        }
        Ok(self.optional(name))
    }

    /// Returns the ARNs from which a secret is to be read, separated by commas.
    ///
    /// # Errors
    /// The setting itself is set, too.
    pub fn arns(&self, name: &str) -> Result<Option<String>, SettingError> {
        let arn = arn_of(name);
        match (self.optional(name), self.optional(&arn)) {
            (Some(_), Some(_)) => Err(SettingError::new(name, format!("is set, and so is {arn}; only one of the two may be"))),
            (_, found) => Ok(found),
        }
    }
}

/// Returns the name of the setting with the ARNs of a secret.
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
    fn a_wrong_setting_is_named_and_not_shown() {
        let settings =
            settings(&[("S", "yes-please"), ("N", "1.5s"), ("K", "{\"*\":[\"\"]}"), ("B", "hush"), ("B_ARN", "arn:x"), ("C_ARN", "arn:x")]);
        let errors = [
            settings.switch("S").expect_err("no switch"),
            settings.number("N", "things", 1..=9).expect_err("no number"),
            settings.keyring("K", Secret::parse).expect_err("an empty secret"),
            settings.keyring("B", Secret::parse).expect_err("both"),
            settings.keyring("C", Secret::parse).expect_err("not built"),
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
