//! The Standard Webhooks signature (v1), implemented from its specification and independently of the code under test.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::wire::Request;

/// Returns the signatures in a request's `webhook-signature`, in order.
pub fn signatures(request: &Request) -> Vec<&str> {
    request.header("webhook-signature").split(' ').collect()
}

/// Returns a request's signature with a secret (`whsec_` and base64): `v1,` and the base64 of the
/// HMAC-SHA256 over `webhook-id`, `webhook-timestamp` and the body, joined with dots.
///
/// # Panics
/// If the secret is not valid.
pub fn signature(secret: &str, request: &Request) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("whsec_")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length");
    for part in [request.header("webhook-id").as_bytes(), b".", request.header("webhook-timestamp").as_bytes(), b".", &request.body] {
        mac.update(part);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Headers;

    #[test]
    fn signs_the_example_of_the_specification() {
        let headers = [("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), ("webhook-timestamp", "1614265330")];
        let request = Request {
            headers: Headers::from(headers.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            body: br#"{"test": 2432232314}"#.to_vec(),
            ..Request::default()
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &request), expected);
    }
}
