//! A JWT: any header's value, and any JOSE header and claims (a line each) with a valid signature.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;
use shared::secret::{Credential, Login};
use shared::timestamp::Timestamp;
use shared::verify::jwt::verify;

static CLIENTS: LazyLock<[Login; 1]> = LazyLock::new(|| [Login::read("client:s3cret").expect("a login")]);

fn signed(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").expect("any key length");
    mac.update(signed.as_bytes());
    format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fuzz_target!(|text: &str| {
    let now = Timestamp::from_millis(1_700_000_000_000).expect("in range");
    let _ = verify(&*CLIENTS, Some(text), now);
    let (header, claims) = text.split_once('\n').unwrap_or((r#"{"alg":"HS256"}"#, text));
    if verify(&*CLIENTS, Some(&signed(header, claims)), now).is_err() {
        return;
    }
    // Accepted: another reader of JSON must see the same, where it can read it.
    if let (Ok(header), Ok(claims)) = (serde_json::from_str::<Value>(header), serde_json::from_str::<Value>(claims)) {
        assert_eq!(header["alg"], "HS256");
        assert!(header.get("crit").is_none());
        assert!(claims["appId"] == "client" || (claims["appId"].is_null() && claims["iss"] == "client"));
        assert!(claims["sub"].is_number() || claims["sub"].as_str().is_some_and(|subject| !subject.is_empty()));
        assert!(claims["exp"].as_f64().is_none_or(|expires| expires > 1_699_999_940.0));
    }
});
