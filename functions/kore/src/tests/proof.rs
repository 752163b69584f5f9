//! The challenges and proofs of the two schemes.

use shared::keyring::Keyring;
use shared::provider::Webhook;
use shared::received::Received;
use shared::secret::Secret;
use shared::settings::Settings;
use shared::sign::sign_claims;
use shared::timestamp::Timestamp;
use shared::verify::Refusal;

const SECRET: &str = "cs-1:s3cret";

fn webhook(index: usize) -> &'static Webhook {
    &crate::PROVIDER.webhooks[index]
}

/// Signs a body and verifies it. If there is a `header`, it replaces the signed headers.
fn verify(index: usize, settings: &[(&str, &str)], header: Option<(&str, &str)>, body: &str) -> Result<Option<usize>, Refusal> {
    let keyring = [(webhook(index).keyring, SECRET)];
    let lookup = |name: &str| keyring.iter().chain(settings).find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let endpoint = crate::PROVIDER.endpoints(&Settings::new(lookup)).expect("endpoints").remove(0);
    let signed = endpoint.sign(Some("bot-1"), body.as_bytes()).expect("a secret");
    let headers = header.map_or(signed, |(name, value)| vec![(name.to_owned(), value.to_owned())]);
    let request = Received { headers, body: body.into(), ..Received::default() };
    endpoint.verify(&request, Some("bot-1"), Timestamp::now()).map(|verified| verified.key_position())
}

#[test]
fn both_challenges_are_bearer() {
    assert_eq!([0, 1].map(|index| webhook(index).scheme.challenge()), [Some("Bearer"); 2]);
}

#[test]
fn a_token_is_sent_with_its_scheme_and_accepted_without_it() {
    let settings = Settings::new(|name| (name == crate::KORE_ACCESS_TOKEN).then(|| "t0ken".to_owned()));
    let endpoint = crate::PROVIDER.endpoints(&settings).expect("endpoints").remove(0);
    assert_eq!(endpoint.sign(None, b""), Some(vec![("authorization".to_owned(), "bearer t0ken".to_owned())]));
    for value in ["cs-1:s3cret", "bearer cs-1:s3cret", "BEARER cs-1:s3cret"] {
        assert_eq!(verify(0, &[], Some(("authorization", value)), "{}"), Ok(Some(0)), "{value}");
    }
    let other = [(crate::KORE_TOKEN_HEADER, "x-kore-token")];
    assert_eq!(verify(0, &other, Some(("x-kore-token", SECRET)), "{}"), Ok(Some(0)));
    assert_eq!(verify(0, &other, Some(("authorization", SECRET)), "{}"), Err(Refusal::MissingHeader));
    assert_eq!(verify(0, &other, None, "{}"), Ok(Some(0)));
}

#[test]
fn a_jwt_can_name_the_user() {
    let body = r#"{"message":"hi","from":{"id":"ada"}}"#;
    let secret = Secret::parse_login(SECRET).expect("a login");
    let sign = |claims: serde_json::Value| sign_claims(secret.login().expect("a login"), &claims);
    let with = |claims| verify(1, &[], Some(("authorization", &sign(claims))), body);
    assert_eq!(verify(1, &[], None, body), Ok(Some(0)));
    assert_eq!(with(serde_json::json!({"iss": "cs-1", "sub": 7})), Ok(Some(0)));
    assert_eq!(with(serde_json::json!({"appId": "cs-1", "sub": "1", "userIdentity": "ada"})), Ok(Some(0)));
    assert_eq!(with(serde_json::json!({"appId": "cs-1", "sub": "1", "userIdentity": "bo"})), Err(Refusal::WrongUser));
    assert_eq!(with(serde_json::json!({"appId": "CS-1", "sub": "1"})), Err(Refusal::WrongClient));
}

#[test]
fn a_reply_is_json_whatever_its_text() {
    let body = webhook(1).reply.map(|reply| (reply.body)("Thanks \"Ada\"\n😀")).unwrap_or_default();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body).expect("JSON"), serde_json::json!({"text": "Thanks \"Ada\"\n😀"}));
    assert!(webhook(0).reply.is_none());
}

#[test]
fn a_role_without_its_keyring_is_disabled() {
    let settings = Settings::new(|name| (name == crate::KORE_CLIENT).then(|| SECRET.to_owned()));
    let endpoints = crate::PROVIDER.endpoints(&settings).expect("endpoints");
    assert_eq!(endpoints.iter().map(|endpoint| endpoint.webhook.name).collect::<Vec<_>>(), ["kore hooks"]);
    assert!(Keyring::parse("cs-1", Secret::parse_login).is_err());
}

#[test]
fn the_vocabulary_is_sorted() {
    assert!(crate::PROVIDER.vocabulary.is_sorted());
}
