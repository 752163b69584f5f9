//! A keyring as Secrets Manager stores it. Nothing here shows a secret.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::keyring::Keyring;
use shared::provider::Webhook;

use super::super::aws::Failed;
use super::super::finding::Finding;

/// The length of the random part of the secrets that the template generates.
const GENERATED_LENGTH: usize = 40;

/// The secrets of a webhook, from all of its ARNs.
pub(super) struct Stored {
    channels: BTreeMap<String, BTreeSet<String>>,
    /// When the latest of them was stored, in seconds since 1970, if AWS returned it.
    pub(super) since: Option<f64>,
    /// Whether it is a single secret of the form that the template generates.
    pub(super) looks_generated: bool,
}

/// Why a keyring cannot be used.
#[derive(Debug)]
pub(super) enum Flaw {
    /// It could not be read.
    Unread(Failed),
    /// It was read, but is not a keyring. The text is the rule that it violates.
    Invalid(String),
}

impl Flaw {
    pub(super) fn finding(&self, subject: &str) -> Finding {
        let store = "store a valid secret: \"Rotate a secret\" in docs/operations.md";
        match self {
            // InvalidRequestException: the secret is marked for deletion.
            Self::Unread(error) if error.is_not_found() || error.code.contains("InvalidRequest") => {
                let found = format!("it has no value, or was deleted ({})", error.code);
                Finding::wrong(subject, found, "restore it with `aws secretsmanager restore-secret`, and store a value")
            }
            Self::Unread(error) => Finding::unknown(subject, error.to_string(), error.action()),
            Self::Invalid(rule) => Finding::wrong(subject, format!("the function cannot use it: {rule}"), store),
        }
    }
}

impl Stored {
    /// Parses the response of `GetSecretValue`.
    pub(super) fn parse(webhook: &Webhook, response: &Value) -> Result<Self, Flaw> {
        let text = response["SecretString"].as_str().ok_or_else(|| Flaw::Invalid("it must be text, but it is binary".to_owned()))?;
        Keyring::parse(text, webhook.secret_parser()).map_err(Flaw::Invalid)?;
        let keys = |value: &Value| match value {
            Value::Array(keys) => keys.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            value => value.as_str().map(str::to_owned).into_iter().collect(),
        };
        let object = serde_json::from_str::<BTreeMap<String, Value>>(text).ok().filter(|_| text.starts_with('{'));
        let channels = match &object {
            Some(channels) => channels.iter().map(|(channel, value)| (channel.clone(), keys(value))).collect(),
            None => BTreeMap::from([("*".to_owned(), BTreeSet::from([text.to_owned()]))]),
        };
        Ok(Self { channels, since: response["CreatedDate"].as_f64(), looks_generated: object.is_none() && is_generated(text) })
    }

    /// Joins keyrings into one that accepts the secrets of all.
    pub(super) fn merge(all: Vec<Self>) -> Result<Self, Flaw> {
        let joined = all.into_iter().reduce(|mut first, next| {
            for (channel, keys) in next.channels {
                first.channels.entry(channel).or_default().extend(keys);
            }
            first.since = first.since.zip(next.since).map(|(one, other)| one.max(other));
            first.looks_generated = false;
            first
        });
        joined.ok_or_else(|| Flaw::Invalid("its setting has no ARN".to_owned()))
    }

    /// Returns the number of secrets of the channel that has the most.
    pub(super) fn most(&self) -> usize {
        self.channels.values().map(BTreeSet::len).max().unwrap_or(0)
    }
}

/// Returns whether a secret has the form of a generated one: 40 characters, with at least one upper-case letter, lower-case letter
/// and digit each, after a login's user.
fn is_generated(text: &str) -> bool {
    let random = text.trim_end().strip_prefix("chathooks:").unwrap_or(text.trim_end());
    let has = |is: fn(&u8) -> bool| random.as_bytes().iter().any(is);
    random.len() == GENERATED_LENGTH
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::endpoints::webhooks;

    fn parse(keyring: &str, text: &str) -> Result<Stored, Flaw> {
        let webhook = webhooks().find(|webhook| webhook.keyring == keyring).expect("a webhook");
        Stored::parse(webhook, &json!({"SecretString": text, "CreatedDate": 1.5}))
    }

    #[test]
    fn the_secrets_of_a_channel_are_counted_over_all_keyrings() {
        let most = |all: &[&str]| {
            let all = all.iter().map(|text| parse("KOMMO_SECRET", text).expect("a keyring")).collect();
            Stored::merge(all).expect("a keyring").most()
        };
        assert_eq!([most(&["plain"]), most(&[r#"{"*":"a"}"#]), most(&[r#"{"*":["a","b"],"c":"d"}"#])], [1, 1, 2]);
        assert_eq!([most(&["a", "b"]), most(&["a", "a"]), most(&[r#"{"c":"a"}"#, r#"{"c":["b","c"],"d":"a"}"#])], [2, 1, 3]);
    }

    #[test]
    fn a_value_that_the_function_cannot_use_is_wrong() {
        for (keyring, text, rule) in [
            ("KOMMO_SECRET", "{\"hush\"", "JSON object"),
            ("KOMMO_SECRET", "{}", "at least one channel"),
            ("KOMMO_SECRET", "", ""),
            ("QIKCHAT_LOGIN", "hush", ""),
        ] {
            let finding = parse(keyring, text).err().expect("a flaw").finding("x");
            assert!(finding.found.contains(rule) && !finding.found.contains("hush"), "{finding:?}");
        }
        let flaw = |code: &str| Flaw::Unread(Failed { permission: "x:Y".to_owned(), code: code.to_owned(), message: String::new() });
        assert!(flaw("ResourceNotFoundException").finding("x").found.contains("was deleted"));
        assert!(flaw("AccessDeniedException").finding("x").found.contains("was refused"));
    }

    #[test]
    fn generated_secrets_are_recognized_by_their_form() {
        let random = "aB3456789012345678901234567890123456789Z";
        assert!(is_generated(random) && is_generated(&format!("chathooks:{random}")));
        for text in ["465bf4a7cc465bf4a7cc465bf4a7cc465bf4a7cc", "aB3", &random.replace('Z', "-"), &format!("other:{random}")] {
            assert!(!is_generated(text), "{text}");
        }
        assert!(!parse("KOMMO_SECRET", &format!(r#"{{"*":"{random}"}}"#)).expect("a keyring").looks_generated);
    }
}
