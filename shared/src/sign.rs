//! Signs requests as their provider would, for samples, tests and local tools. No function enables the feature `sign`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::Mac;

use crate::endpoint::Endpoint;
use crate::secret::Login;
use crate::verify::hmac_sha1::mac;
use crate::verify::{Scheme, hmac_sha256};

impl Endpoint {
    /// Returns the headers that prove that the provider sent this body, created with the newest secret of the channel. `None`
    /// if the keyring has no secret for the channel.
    #[must_use]
    pub fn sign(&self, channel: Option<&str>, body: &[u8]) -> Option<Vec<(String, String)>> {
        if self.is_waived() {
            return Some(Vec::new());
        }
        let secret = self.accepted(channel).first()?;
        let value = match &self.webhook.scheme {
            Scheme::HmacSha1(scheme) => hex::encode(mac(secret.expose(), (scheme.signed)(body)).finalize().into_bytes()),
            Scheme::Basic(_) => format!("Basic {}", STANDARD.encode(secret.expose())),
            Scheme::Token(scheme) => {
                let prefix = scheme.scheme.map(|scheme| format!("{} ", scheme.to_ascii_lowercase())).unwrap_or_default();
                format!("{prefix}{}", String::from_utf8_lossy(secret.expose()))
            }
            Scheme::Jwt(scheme) => {
                let login = secret.login()?;
                let claims = serde_json::json!({ *scheme.client_claims.first()?: login.name, scheme.subject_claim: "1" });
                sign_claims(login, &claims)
            }
        };
        Some(vec![(self.header().to_owned(), value)])
    }
}

/// Returns a `bearer` JWT with these claims.
#[must_use]
pub fn sign_claims(client: Login<'_>, claims: &serde_json::Value) -> String {
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(br#"{"alg":"HS256","typ":"JWT"}"#), encode(claims.to_string().as_bytes()));
    let signature = hmac_sha256(client.secret, signed.as_bytes()).finalize().into_bytes();
    format!("bearer {signed}.{}", encode(&signature))
}
