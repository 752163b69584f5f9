//! Proofs as the providers create them, implemented from their documentation and independently of the code under test.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Returns an HMAC-SHA1 in lower-case hex: Kommo's `X-Signature`.
pub fn hmac_sha1(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

/// Returns `Basic` and the base64 of a token or of `user:password`.
pub fn basic(secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(secret))
}

/// Returns `bearer` and a JWT with Kore.ai's minimal claims, signed with HS256. `client` is
/// `clientId:clientSecret`.
pub fn jwt(client: &str) -> String {
    jwt_with(client, "appId", "sub")
}

/// Like [`jwt`], with the client id and the subject in claims with these names.
pub fn jwt_with(client: &str, client_claim: &str, subject_claim: &str) -> String {
    let (id, secret) = client.split_once(':').expect("clientId:clientSecret");
    let claims = serde_json::json!({client_claim: id, subject_claim: "1234567890"}).to_string();
    format!("bearer {}", jwt_of(secret, r#"{"alg":"HS256","typ":"JWT"}"#, &claims))
}

/// Returns a JWT with any header and claims, and a valid HMAC-SHA256 signature.
pub fn jwt_of(secret: &str, header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// Returns the SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
