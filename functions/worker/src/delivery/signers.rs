//! The secrets that sign a delivery. They come from a setting or from Secrets Manager. A deployed worker refreshes those in
//! Secrets Manager.
//!
//! A 401 or 403 response does not trigger an earlier refresh: during a rotation both secrets sign, and a failed delivery is
//! retried with the secrets that are current by then.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use shared::connection::Connection;
use shared::secrets::{Form, Holder, Renewed, SecretsManager, Source};
use shared::settings::{DELIVERY_SECRET, SettingError, Settings};
use standardwebhooks::Webhook;

/// The minimum length of a secret in bytes: Standard Webhooks requires 24 to 64.
const MIN_BYTES: usize = 24;

/// The secrets, newest first. Each of them signs, so a receiver can change its secret at any time during a rotation.
#[derive(Clone)]
pub(super) struct Signers(Arc<[Webhook]>);

impl Holder for Signers {
    type Secret = Self;

    fn with(&self, newer: Self) -> Self {
        newer
    }
}

impl Signers {
    /// Returns the secrets of the setting, or `None` if it is not set.
    ///
    /// # Errors
    /// They are invalid, or would have to be read from Secrets Manager.
    pub(super) fn of_setting(settings: &Settings<'_>) -> Result<Option<Renewed<Self>>, SettingError> {
        let Some(text) = settings.secret(DELIVERY_SECRET)? else { return Ok(None) };
        let signers = Self::parse([text.as_str()]).map_err(|problem| SettingError::new(DELIVERY_SECRET, problem))?;
        Ok(Some(Renewed::from(vec![signers])))
    }

    /// Returns the secrets of the setting or of Secrets Manager, or `None` if neither is set.
    ///
    /// # Errors
    /// They are invalid, or cannot be read.
    pub(super) async fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Option<Renewed<Self>>, SettingError> {
        let parse = |texts: &[String]| Self::parse(texts.iter().map(String::as_str));
        let form = Form { name: "a list of secrets", invalid: "invalid_secret", parse: Box::new(parse) };
        let Some(source) = Source::find(DELIVERY_SECRET, form, settings)? else { return Self::of_setting(settings) };
        let manager = SecretsManager::open(connection, settings)?;
        let signers = source.read_first(&manager).await?;
        Ok(Some(Renewed::new(vec![signers], vec![(0, source)], manager)))
    }

    /// Parses secrets that are separated by spaces, each `whsec_` and base64. A duplicate signs only once.
    fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        let shape = "must be one or more secrets, separated by spaces, newest first, each whsec_ and base64 (openssl rand -base64 32)";
        let mut secrets: Vec<&str> = Vec::new();
        for secret in texts.into_iter().flat_map(str::split_ascii_whitespace) {
            if !secrets.contains(&secret) {
                secrets.push(secret);
            }
        }
        let signers: Vec<Webhook> = secrets.iter().map(|secret| signer(secret)).collect::<Option<_>>().unwrap_or_default();
        if signers.is_empty() {
            return Err(shape.to_owned());
        }
        if secrets.iter().any(|secret| bytes(secret) < MIN_BYTES) {
            return Err(format!(
                "must have {MIN_BYTES} bytes or more in each secret, as Standard Webhooks requires (openssl rand -base64 32)"
            ));
        }
        Ok(Self(signers.into()))
    }

    /// Returns the current time in seconds and the event's signatures at that time, or `None` if the id cannot be signed.
    pub(super) fn sign(&self, id: &str, json: &str) -> Option<(i64, String)> {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let timestamp = i64::try_from(timestamp).unwrap_or(i64::MAX);
        let sign = |signer: &Webhook| signer.sign(id, timestamp, json.as_bytes()).ok();
        let signatures: Vec<String> = self.0.iter().map(sign).collect::<Option<_>>()?;
        Some((timestamp, signatures.join(" ")))
    }
}

fn signer(secret: &str) -> Option<Webhook> {
    Webhook::new(encoded(secret)?).ok()
}

fn encoded(secret: &str) -> Option<&str> {
    secret.strip_prefix("whsec_").filter(|encoded| !encoded.is_empty())
}

/// Returns the number of bytes that the base64 of a secret encodes.
fn bytes(secret: &str) -> usize {
    encoded(secret).map_or(0, |encoded| encoded.trim_end_matches('=').len() * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_at_least_24_bytes() {
        let of = |text: &str| Signers::parse([text]).map(|signers| signers.0.len());
        let (shorter, shortest) = ("whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB");
        assert_eq!((bytes(shorter), bytes(shortest)), (23, 24));
        assert_eq!(of(shortest), Ok(1));
        for text in [shorter, &format!("{shortest} {shorter}"), "whsec_QQ=="] {
            assert!(of(text).is_err_and(|problem| problem.starts_with("must have 24 bytes")), "{text}");
        }
    }

    #[test]
    fn the_secrets_of_multiple_texts_are_one_list() {
        let (one, two) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB");
        let both = format!(" {two}\n{one} ");
        assert_eq!(Signers::parse([one, both.as_str()]).map(|signers| signers.0.len()), Ok(2));
        assert!(Signers::parse([one, "whsec_"]).is_err() && Signers::parse(["", " "]).is_err());
    }
}
