//! The secrets that sign a delivery.

use std::time::{SystemTime, UNIX_EPOCH};

use shared::settings::{DELIVERY_SECRET, SettingError};
use standardwebhooks::Webhook;

/// Newest first; each of them signs, so that a receiver can rotate without a gap.
pub(super) struct Signers(Vec<Webhook>);

impl Signers {
    /// Parses secrets of the form `whsec_` and base64, separated by spaces.
    ///
    /// # Errors
    /// There is none, or one of them has another form or is empty.
    pub(super) fn parse(secrets: &str) -> Result<Self, SettingError> {
        let signers: Vec<Webhook> = secrets.split_ascii_whitespace().map(signer).collect::<Option<_>>().unwrap_or_default();
        if signers.is_empty() {
            let problem =
                "must be one or more secrets, separated by spaces, newest first: whsec_ and base64 each (openssl rand -base64 32)";
            return Err(SettingError::new(DELIVERY_SECRET, problem));
        }
        Ok(Self(signers))
    }

    /// Returns the time in seconds, and the signatures of the event at that time. None where the id cannot be signed.
    pub(super) fn sign(&self, id: &str, json: &str) -> Option<(i64, String)> {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let timestamp = i64::try_from(timestamp).unwrap_or(i64::MAX);
        let sign = |signer: &Webhook| signer.sign(id, timestamp, json.as_bytes()).ok();
        let signatures: Vec<String> = self.0.iter().map(sign).collect::<Option<_>>()?;
        Some((timestamp, signatures.join(" ")))
    }
}

fn signer(secret: &str) -> Option<Webhook> {
    let encoded = secret.strip_prefix("whsec_").filter(|encoded| !encoded.is_empty())?;
    Webhook::new(encoded).ok()
}
