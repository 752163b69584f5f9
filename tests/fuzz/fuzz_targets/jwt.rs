//! Any JOSE header and claims (one line each) with a valid signature, for every webhook that accepts JWTs.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chathooks_fuzz::endpoints;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;
use shared::endpoint::Endpoint;
use shared::received::Received;
use shared::timestamp::Timestamp;
use shared::verify::Scheme;

static ENDPOINTS: LazyLock<Vec<Endpoint>> =
    LazyLock::new(|| endpoints().into_iter().filter(|endpoint| matches!(endpoint.webhook.scheme, Scheme::Jwt(_))).collect());

fn signed(secret: &[u8], header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length");
    mac.update(signed.as_bytes());
    format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fuzz_target!(|text: &str| {
    let now = Timestamp::from_millis(1_700_000_000_000).expect("in range");
    let (header, claims) = text.split_once('\n').unwrap_or((r#"{"alg":"HS256"}"#, text));
    for endpoint in ENDPOINTS.iter() {
        let Scheme::Jwt(scheme) = endpoint.webhook.scheme else { continue };
        let login = endpoint.accepted(None)[0].login().expect("a login");
        let headers = vec![(endpoint.header().to_owned(), signed(login.secret, header, claims))];
        if endpoint.verify(&Received { headers, ..Received::default() }, None, now).is_err() {
            continue;
        }
        // Accepted: another JSON parser must agree, if it can parse the token.
        if let (Ok(header), Ok(claims)) = (serde_json::from_str::<Value>(header), serde_json::from_str::<Value>(claims)) {
            assert_eq!(header["alg"], "HS256");
            assert!(header.get("crit").is_none());
            let client = scheme.client_claims.iter().map(|name| &claims[*name]).find(|claim| !claim.is_null());
            assert_eq!(client.and_then(Value::as_str), Some(login.name));
            let subject = &claims[scheme.subject_claim];
            assert!(subject.is_number() || subject.as_str().is_some_and(|subject| !subject.is_empty()));
            assert!(claims["exp"].as_f64().is_none_or(|expires| expires > 1_699_999_940.0));
        }
    }
});
