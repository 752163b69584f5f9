//! Tampers with signed requests, to see them refused.

use anyhow::{anyhow, bail};
use clap::ValueEnum;
use serde_json::json;
use shared::received::Received;
use shared::secret::Secret;
use shared::sign::sign_claims;
use shared::timestamp::Timestamp;
use shared::verify::Scheme;

use super::signed::Signed;

/// What to tamper with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tamper {
    /// Add a space to the signed body (only for a proof that covers the body: HMAC)
    Body,
    /// Change one character of the signature, token or login
    Signature,
    /// Sign a token that expired an hour ago (only for a proof with a time: JWT)
    Time,
}

impl Tamper {
    /// Tampers with a signed request.
    ///
    /// # Errors
    /// Returns an error if the provider's proof does not cover the change, so the request would be accepted.
    pub(crate) fn apply(self, signed: &mut Signed<'_>, request: &mut Received) -> anyhow::Result<()> {
        let endpoint = signed.endpoint;
        let webhook = endpoint.webhook;
        let Some((_, value)) = signed.proof.first_mut() else {
            bail!("--tamper: the settings accept {} without a proof, so there is nothing to tamper with", webhook.name)
        };
        match (self, &webhook.scheme) {
            (Self::Body, Scheme::HmacSha1(_)) => request.body.push(b' '),
            (Self::Body, _) => bail!(
                "--tamper body: the proof of {} does not cover the body, so a changed body is accepted; try --tamper signature",
                webhook.name
            ),
            (Self::Signature, _) => *value = broken(value),
            (Self::Time, Scheme::Jwt(scheme)) => {
                let client = endpoint.accepted(signed.channel.as_deref()).first().and_then(Secret::login);
                let client = client.ok_or_else(|| anyhow!("--tamper time: {} has no client for the channel", webhook.keyring))?;
                let an_hour_ago = Timestamp::now().millis() / 1000 - 3600;
                let mut claims = json!({ scheme.subject_claim: "1", "exp": an_hour_ago });
                if let Some(claim) = scheme.client_claims.first() {
                    claims[*claim] = client.name.into();
                }
                *value = sign_claims(client, &claims);
            }
            (Self::Time, _) => {
                bail!("--tamper time: the proof of {} has no time, so an old proof is accepted; try --tamper signature", webhook.name)
            }
        }
        Ok(())
    }
}

/// Returns the proof with another first character in its last part. Unlike the last character of base64, the first has no
/// unused bits.
pub(crate) fn broken(proof: &str) -> String {
    let start = proof.rfind([' ', '.']).map_or(0, |index| index + 1);
    let (before, part) = proof.split_at(start);
    let other = if part.starts_with('a') { 'b' } else { 'a' };
    format!("{before}{other}{}", part.chars().skip(1).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_changes() {
        for (proof, expected) in
            [("b617", "a617"), ("a617", "b617"), ("Basic ZGVt", "Basic aGVt"), ("bearer a.b.c", "bearer a.b.a"), ("bearer é", "bearer a")]
        {
            assert_eq!(broken(proof), expected);
        }
    }
}
