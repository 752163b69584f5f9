//! A header with `Basic` and base64, and one with a bare token.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use libfuzzer_sys::fuzz_target;
use shared::secret::{Credential, Secret};
use shared::verify::{basic, token};

static SECRETS: LazyLock<[Secret; 1]> = LazyLock::new(|| [Secret::read("demo-user:demo-password").expect("a secret")]);

fuzz_target!(|header: &str| {
    let secret = SECRETS[0].expose();
    if basic::verify(&*SECRETS, Some(header)).is_ok() {
        let encoded = header.trim().get(6..).expect("a scheme and a space").trim_start();
        assert_eq!(STANDARD_NO_PAD.decode(encoded.trim_end_matches('=')).expect("base64"), secret);
    }
    if token::verify(&*SECRETS, Some(header)).is_ok() {
        assert!(header.trim().as_bytes().ends_with(secret));
    }
});
