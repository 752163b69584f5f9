//! Any value of the proof header, for every webhook: every accepted value contains the secret.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chathooks_fuzz::endpoints;
use libfuzzer_sys::fuzz_target;
use shared::endpoint::Endpoint;
use shared::received::Received;
use shared::timestamp::Timestamp;
use shared::verify::Scheme;

static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(endpoints);

fuzz_target!(|value: &str| {
    for endpoint in ENDPOINTS.iter() {
        let request = Received { headers: vec![(endpoint.header().to_owned(), value.to_owned())], ..Received::default() };
        if endpoint.verify(&request, None, Timestamp::now()).is_err() {
            continue;
        }
        let secrets = endpoint.accepted(None);
        let is_any = |presented: &[u8]| secrets.iter().any(|secret| presented.ends_with(secret.expose()));
        match endpoint.webhook.scheme {
            Scheme::Basic(_) => {
                let encoded: String = value.trim().get(6..).expect("a scheme and a space").split_whitespace().collect();
                assert!(is_any(&STANDARD_NO_PAD.decode(encoded.trim_end_matches('=')).expect("base64")));
            }
            Scheme::Token(_) => assert!(is_any(value.trim().as_bytes())),
            // A MAC cannot be guessed: only a value that the target itself would sign passes, and the `jwt` target
            // signs more.
            Scheme::HmacSha1(_) | Scheme::Jwt(_) => assert!(value.trim().len() >= 40),
        }
    }
});
