//! Signing and then verifying: a signed request is accepted, and a request with any single change is refused.

use proptest::prelude::*;
use serde_json::json;
use shared::endpoint::Endpoint;
use shared::provider::{DEFAULT_ACK_BUDGET, Lookup, Provider, Webhook};
use shared::received::{Received, without_line_end};
use shared::settings::Settings;
use shared::timestamp::Timestamp;
use shared::verify::{Basic, HmacSha1, Jwt, Refusal, Scheme, Token};

/// The secrets that a person may choose. They have no NUL, because HMAC pads keys with NUL (RFC 2104).
const SECRET: &str = "[!-~]{1,90}|[ -~]{0,8}[!-~é€😀]{1,20}";

const HMAC: Webhook = Webhook {
    name: "acme",
    paths: &["/acme/{channel}"],
    keyring: "ACME_SECRET",
    secret: "the secret",
    lookup: Lookup::Channel,
    waiver: None,
    scheme: Scheme::HmacSha1(HmacSha1 { header: "x-mac", signed: without_line_end }),
    ack_budget: DEFAULT_ACK_BUDGET,
    handshake: None,
    reply: None,
    parse: |_, _, _| Ok(()),
    example: "{}",
};
const BASIC: Scheme = Scheme::Basic(Basic { headers: &["authorization"], is_login: false, may_wrap: false });
const TOKEN: Scheme = Scheme::Token(Token { header: "authorization", header_setting: None, scheme: Some("bearer") });
const JWT: Scheme = Scheme::Jwt(Jwt { header: "authorization", client_claims: &["appId", "iss"], subject_claim: "sub", user: None });

const fn provider(webhooks: &'static [Webhook]) -> Provider {
    Provider { name: "acme", type_prefix: "com.acme", webhooks, vocabulary: &[] }
}

static SIGNED: Provider = provider(&[HMAC]);
static WITH_LOGIN: Provider = provider(&[Webhook { scheme: BASIC, ..HMAC }]);
static WITH_TOKEN: Provider = provider(&[Webhook { scheme: TOKEN, ..HMAC }]);
static WITH_JWT: Provider = provider(&[Webhook { scheme: JWT, ..HMAC }]);

/// Returns the endpoint of a provider that accepts these secrets.
fn endpoint(provider: &'static Provider, secrets: &[&str]) -> Endpoint {
    let keyring = json!({ "*": secrets }).to_string();
    provider.endpoints(&Settings::new(move |name| (name == HMAC.keyring).then(|| keyring.clone()))).expect("endpoints").remove(0)
}

/// Returns the value of the header that proves a body.
fn sign(endpoint: &Endpoint, body: &[u8]) -> String {
    endpoint.sign(None, body).expect("a secret").remove(0).1
}

fn verify(endpoint: &Endpoint, header: &str, body: &[u8]) -> Result<Option<usize>, Refusal> {
    let headers = vec![(endpoint.header().to_owned(), header.to_owned())];
    let request = Received { headers, body: body.to_vec(), ..Received::default() };
    let now = Timestamp::from_millis(1_700_000_000_000).expect("in range");
    endpoint.verify(&request, None, now).map(|verified| verified.key_position())
}

/// Returns the text with one character changed, at or after `from`.
fn changed(text: &str, place: prop::sample::Index, from: usize, character: char) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = from + place.index(characters.len() - from);
    characters[place] = if characters[place] == character { '~' } else { character };
    characters.into_iter().collect()
}

/// Returns the text with each of its last three characters replaced by every other printable character. The last bits of
/// base64 may be ignored by a decoder.
fn other_endings(text: &str) -> impl Iterator<Item = String> {
    let places = text.len() - 3..text.len();
    let changed = move |place: usize, other: u8| format!("{}{}{}", &text[..place], char::from(other), &text[place + 1..]);
    places.flat_map(move |place| (b'!'..=b'~').map(move |other| changed(place, other))).filter(move |other| other != text)
}

proptest! {
    #[test]
    fn a_signed_body_is_accepted(body: Vec<u8>, key in SECRET, end in "[\r\n]{0,3}") {
        let signature = sign(&endpoint(&SIGNED, &[&key]), &body);
        let sent = [&body, end.as_bytes()].concat();
        let position = verify(&endpoint(&SIGNED, &["another", &key]), &signature, &sent);
        prop_assert_eq!(position, Ok(Some(usize::from(key != "another"))));
    }

    #[test]
    fn a_changed_body_is_refused(body in prop::collection::vec(any::<u8>(), 1..200), place: prop::sample::Index, bit in 0..8_u8, key in SECRET) {
        let endpoint = endpoint(&SIGNED, &[&key]);
        let signature = sign(&endpoint, &body);
        let mut other = body.clone();
        other[place.index(body.len())] ^= 1_u8 << bit;
        prop_assume!(without_line_end(&other) != without_line_end(&body));
        prop_assert!(verify(&endpoint, &signature, &other).is_err());
        let shorter = &body[..place.index(body.len())];
        prop_assume!(without_line_end(shorter) != without_line_end(&body));
        prop_assert!(verify(&endpoint, &signature, shorter).is_err());
    }

    #[test]
    fn a_changed_signature_or_secret_is_refused(body: Vec<u8>, key in SECRET, place: prop::sample::Index, character in "[0-9a-f]") {
        let signature = sign(&endpoint(&SIGNED, &[&key]), &body);
        let other = changed(&signature, place, 0, character.chars().next().expect("one"));
        prop_assert!(verify(&endpoint(&SIGNED, &[&key]), &other, &body).is_err());
        let longer = format!("{key}{character}");
        prop_assert!(verify(&endpoint(&SIGNED, &[&longer]), &signature, &body).is_err());
    }

    #[test]
    fn a_basic_login_is_accepted_and_a_changed_one_refused(key in SECRET, place: prop::sample::Index, character in "[!-~]") {
        let accepts = endpoint(&WITH_LOGIN, &[&key]);
        let header = sign(&accepts, b"");
        prop_assert_eq!(verify(&accepts, &header, b""), Ok(Some(0)));
        let other = changed(&header, place, "Basic ".len(), character.chars().next().expect("one"));
        for other in other_endings(&header).chain([other]) {
            prop_assert!(verify(&accepts, &other, b"").is_err(), "{}", other);
        }
        let longer = format!("{key}{character}");
        prop_assert!(verify(&endpoint(&WITH_LOGIN, &[&longer]), &header, b"").is_err());
    }

    #[test]
    fn a_token_is_accepted_and_a_changed_one_refused(key in "[!-~]{1,90}", place: prop::sample::Index, character in "[!-~]") {
        let accepts = endpoint(&WITH_TOKEN, &[&key]);
        for header in [key.clone(), format!("bearer {key}")] {
            prop_assert!(verify(&accepts, &header, b"").is_ok());
        }
        let other = changed(&key, place, 0, character.chars().next().expect("one"));
        prop_assume!(other != key);
        prop_assert!(verify(&accepts, &other, b"").is_err());
    }

    #[test]
    fn a_jwt_is_accepted_and_a_changed_one_refused(
        name in "[!-9;-~]{1,20}", key in SECRET, place: prop::sample::Index, character in "[!-~]",
    ) {
        let accepts = endpoint(&WITH_JWT, &[&format!("{name}:{key}")]);
        let header = sign(&accepts, b"");
        prop_assert!(verify(&accepts, &header, b"").is_ok());
        let other = changed(&header, place, "bearer ".len(), character.chars().next().expect("one"));
        for other in other_endings(&header).chain([other]) {
            prop_assert!(verify(&accepts, &other, b"").is_err(), "{}", other);
        }
        for other in [format!("{name}:{key}{character}"), format!("{name}{character}:{key}")] {
            prop_assert!(verify(&endpoint(&WITH_JWT, &[&other]), &header, b"").is_err());
        }
    }

    #[test]
    fn no_header_panics(header in "\\PC{0,40}|(Basic|bearer) [!-~]{0,60}|[0-9a-f.]{0,50}", body: Vec<u8>) {
        for provider in [&SIGNED, &WITH_LOGIN, &WITH_TOKEN, &WITH_JWT] {
            prop_assert!(verify(&endpoint(provider, &["a-client:s3cret"]), &header, &body).is_err());
        }
    }
}
