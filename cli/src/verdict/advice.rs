//! What to check if no change is known that makes a request verify.

use shared::provider::Webhook;
use shared::received::Received;
use shared::verify::{Refusal, Scheme};

/// Returns sentences, the likeliest cause first.
pub(super) fn of(refusal: Refusal, webhook: &Webhook, request: &Received, received: Option<&str>) -> Vec<String> {
    let setting = webhook.keyring;
    let advice = match (refusal, &webhook.scheme) {
        (Refusal::UnknownChannel, _) => format!("add the channel, or `*`, to {setting}"),
        (Refusal::MissingHeader, Scheme::HmacSha1(_)) => {
            "check whether this is another kind of webhook, which is not signed, or whether a proxy drops the header".to_owned()
        }
        (Refusal::MissingHeader, _) => format!("set the token of {setting} at the provider, and check whether a proxy drops the header"),
        (Refusal::MalformedHeader, Scheme::HmacSha1(_)) => {
            format!("the header must be 40 hex characters{}", received.map(length_of_another).unwrap_or_default())
        }
        (Refusal::MalformedHeader, Scheme::Basic(_)) => "the header must be `Basic` and base64".to_owned(),
        (Refusal::MalformedHeader, _) => "the header must be `Bearer` and a JWT: three parts of base64url without padding".to_owned(),
        (Refusal::WrongSignature, Scheme::HmacSha1(_)) => {
            format!("compare {setting} with the secret at the provider, and check whether an intermediary changes the body")
        }
        (Refusal::WrongSignature | Refusal::WrongClient, _) => format!("compare {setting} with the client id and secret of the sender"),
        (Refusal::WrongToken, _) => format!("compare {setting} with the value at the provider"),
        _ => "correct the claim at the sender".to_owned(),
    };
    let length = request.header("content-length").and_then(|length| length.trim().parse::<usize>().ok());
    let truncated = length.filter(|length| *length != request.body.len() && webhook.scheme.signs_body());
    let truncated = truncated.map(|length| {
        format!("content-length is {length} bytes, but the body has {}, so it is not the body that was sent", request.body.len())
    });
    truncated.into_iter().chain([advice]).collect()
}

/// Names the digest that has this length.
fn length_of_another(value: &str) -> &'static str {
    match value.trim().len() {
        32 => "; 32 characters are an MD5 digest",
        64 => "; 64 characters are a SHA-256 digest",
        _ => "",
    }
}
