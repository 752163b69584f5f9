//! What to look at where no change is known with which a request would verify.

use shared::provider::Webhook;
use shared::received::Received;
use shared::verify::{Refusal, Scheme};

/// Sentences, the likeliest cause first.
pub(super) fn of(refusal: Refusal, webhook: &Webhook, request: &Received, came: Option<&str>) -> Vec<String> {
    let setting = webhook.keyring;
    let advice = match (refusal, &webhook.scheme) {
        (Refusal::UnknownChannel, _) => format!("add the channel, or `*`, to {setting}"),
        (Refusal::MissingHeader, Scheme::HmacSha1(_)) => {
            "another kind of webhook that is not signed, or a proxy that drops the header".to_owned()
        }
        (Refusal::MissingHeader, _) => format!("set the token at the provider, as in {setting}; a proxy may drop the header"),
        (Refusal::MalformedHeader, Scheme::HmacSha1(_)) => {
            format!("it must be 40 hex characters{}", came.map(length_of_another).unwrap_or_default())
        }
        (Refusal::MalformedHeader, Scheme::Basic(_)) => "it must be `Basic` and base64".to_owned(),
        (Refusal::MalformedHeader, _) => "it must be `Bearer` and a JWT: three parts of base64url, without padding".to_owned(),
        (Refusal::WrongSignature, Scheme::HmacSha1(_)) => {
            format!("compare {setting} with the secret at the provider, and look for what changes the body on its way")
        }
        (Refusal::WrongSignature | Refusal::WrongClient, _) => format!("compare {setting} with the client id and secret of the sender"),
        (Refusal::WrongToken, _) => format!("compare {setting} with what is set at the provider"),
        _ => "correct the claim at the sender".to_owned(),
    };
    let length = request.header("content-length").and_then(|length| length.trim().parse::<usize>().ok());
    let cut = length.filter(|length| *length != request.body.len() && webhook.scheme.signs_body());
    let cut = cut.map(|length| {
        format!("content-length says {length} bytes, and the body has {}: it is not the one that was sent", request.body.len())
    });
    cut.into_iter().chain([advice]).collect()
}

/// What a value of that length may be.
fn length_of_another(value: &str) -> &'static str {
    match value.trim().len() {
        32 => "; 32 are an MD5 digest",
        64 => "; 64 are a SHA-256 digest",
        _ => "",
    }
}
