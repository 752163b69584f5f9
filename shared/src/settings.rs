//! Settings from the environment, and their validation.
//!
//! An empty value is the same as unset. An error names the setting and what is expected. It never quotes the value, which may
//! be a secret.

mod names;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::Uri;

pub use self::names::*;
use crate::keyring::{Keyring, ParseSecret};

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
    pub fn endpoint(&self, service: &str) -> Result<Option<Uri>, SettingError> {
        let Some((name, endpoint)) = [service, AWS_ENDPOINT_URL].into_iter().find_map(|name| Some((name, self.optional(name)?))) else {
            return Ok(None);
        };
        web_url(&endpoint).map(Some).ok_or_else(|| SettingError::new(name, "must be an http or https URL"))
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

/// Parses an HTTP or HTTPS URL, or returns `None` if it is not one.
pub(crate) fn web_url(text: &str) -> Option<Uri> {
    let uri = text.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")))?;
    let authority = uri.authority()?;
    let (_, address) = authority.as_str().rsplit_once('@').unwrap_or(("", authority.as_str()));
    // `Uri` ignores a port that is not a number up to 65535, and a request would go to the default port.
    let is_address = !authority.host().is_empty() && (address == authority.host() || authority.port_u16().is_some_and(|port| port > 0));
    is_address.then_some(uri)
}

/// Returns whether a text has the form of a region, such as `eu-west-1`.
pub(crate) fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
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
    fn a_url_has_a_host_and_no_impossible_port() {
        for text in ["http://localhost", "HTTPS://a.example:65535/x", "http://[::1]:4566", "http://[::1]", "http://u:p@localhost:1/"] {
            assert!(web_url(text).is_some(), "{text}");
        }
        for text in [
            "",
            "localhost:80",
            "ftp://x",
            "http://",
            "http://:80",
            "http://a:",
            "http://a:0",
            "http://a:65536",
            "http://u@:1",
            "http://a\n",
        ] {
            assert_eq!(web_url(text), None, "{text}");
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
