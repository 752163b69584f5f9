//! Tests each remedy of each scheme with a request that has exactly that fault.

mod kommo;
mod kore;

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use shared::received::Received;
use shared::timestamp::Timestamp;
use testkit::{proof, workspace};

use super::outcome::{Outcome, Verdict};
use crate::endpoints::{Endpoints, webhooks};
use crate::request::capture;
use crate::settings::Sources;

const NOW: i64 = 1_800_000_000;
const KOMMO: &str = "demo-kommo-channel-secret";
const BODY: &str = r#"{"text":"Grüße / <b>","ids":[1,2.50]}"#;

fn verdict(settings: &str, path: &str, header: (&str, &str), body: &[u8]) -> Verdict {
    let sources = Sources::of_file(settings);
    let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
    let headers = [("host", "h.example"), header].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request =
        Received { method: "POST".to_owned(), path: path.to_owned(), headers: headers.into(), body: body.to_vec(), ..Received::default() };
    let verdict = Verdict::of(&endpoints, &sources, &request, Timestamp::from_millis(NOW * 1000).expect("a moment"));
    let shown = format!("{}{}", verdict.text(), serde_json::to_string(&verdict).expect("JSON"));
    for secret in settings
        .lines()
        .filter(|line| !line.contains("HEADER"))
        .filter_map(|line| line.split_once('='))
        .flat_map(|(_, keyring)| keyring.split(['"', ':', ',']))
    {
        assert!(secret.len() < 6 || !shown.contains(secret), "a secret is shown: {shown}");
    }
    verdict
}

/// Asserts that the verdict has exactly these remedies. Each expected text is a prefix.
#[track_caller]
fn remedies(verdict: &Verdict, expected: &[&str]) {
    assert_eq!(verdict.outcome, Outcome::Refused, "{}", verdict.text());
    let found: Vec<&str> = verdict.would_verify.iter().map(|text| text.strip_prefix("it would verify if ").expect(text)).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} does not begin with {expected}");
    }
}

#[test]
fn without_a_remedy_there_is_advice() {
    let of = |header: (&str, &str)| verdict("", "/kommo", header, BODY.as_bytes());
    let wrong = of(("x-signature", &"ab".repeat(20)));
    remedies(&wrong, &[]);
    assert!(wrong.advice[0].starts_with("compare KOMMO_SECRET with the secret at the provider"), "{:?}", wrong.advice);
    assert_eq!(of(("x-signature", &"ab".repeat(32))).advice, ["the header must be 40 hex characters; 64 characters are a SHA-256 digest"]);
    assert!(of(("accept", "*/*")).advice[0].starts_with("check whether this is another kind of webhook"));
    let cut = of(("content-length", "4000"));
    assert!(cut.advice[0].starts_with("content-length is 4000 bytes, but the body has 39"), "{:?}", cut.advice);
}

#[test]
fn kommunicate() {
    let token = "demo-kommunicate-token";
    let basic = proof::basic(token);
    let encoded = basic.trim_start_matches("Basic ");
    for (name, value, words) in [
        ("authentication", encoded.to_owned(), "the header authentication began with `Basic `"),
        ("authentication", format!("Bearer {encoded}"), "the header authentication began with `Basic ` instead of"),
        ("authentication", format!("Basic {basic}"), "the header authentication had its scheme name only once"),
        ("authentication", token.to_owned(), "the header authentication were `Basic` and the base64 of its value"),
        ("authentication", format!("Basic {token}"), "the header authentication were `Basic` and the base64 of the text"),
        ("authentication", proof::basic(encoded), "the header authentication were encoded in base64 only once"),
        ("authentication", proof::basic(&format!("{token}\n")), "the header authentication had no line ending or space in its base64"),
        ("authentication", proof::basic(&format!("user:{token}")), "the header authentication contained only the token, without `user:`"),
        ("authentication", proof::basic(&format!("{token}:")), "the header authentication contained only the token, without the `:`"),
        ("x-authentication", basic.clone(), "the header x-authentication were named authentication"),
        ("x-token", token.to_owned(), "the header x-token were named authentication and were `Basic` and the base64"),
    ] {
        let verdict = verdict("", "/kommunicate/shop", (name, &value), b"{}");
        remedies(&verdict, &[words]);
        assert_eq!(verdict.header.as_deref(), Some("authentication"));
        assert_eq!(verdict.checked_bytes, None);
    }
    let own = verdict("KOMMUNICATE_TOKEN=Basic demo-token", "/kommunicate", ("authentication", &proof::basic("demo-token")), b"");
    remedies(&own, &["the secret in KOMMUNICATE_TOKEN had no scheme name"]);
    assert_eq!((own.expected.as_deref(), own.received.as_deref()), (Some("16 characters"), Some("10 characters")));
    // The fallback header of the provider is read.
    let other = verdict("", "/kommunicate", ("Authorization", &basic), b"");
    assert_eq!((other.outcome, other.header.as_deref()), (Outcome::Verified, Some("authorization")));
    let waived = verdict("KOMMUNICATE_ALLOW_UNAUTHENTICATED=true", "/kommunicate", ("a", "b"), b"");
    assert_eq!((waived.outcome, waived.key_position), (Outcome::AcceptedWithoutProof, None));
    // An endpoint that accepts everything is not a remedy.
    remedies(&verdict("KOMMUNICATE_ALLOW_UNAUTHENTICATED=true", "/kommo", ("x-signature", &"ab".repeat(20)), b""), &[]);
}

#[test]
fn qikchat() {
    let login = "demo-user:demo-password";
    for (settings, name, value, words) in [
        ("", "authentication", proof::basic(login), "the header authentication were named authorization"),
        ("", "authorization", format!("Basic {login}"), "the header authorization were `Basic` and the base64 of the text"),
        ("", "authorization", proof::basic(login).replace("ZGVtby1", "ZGVt by1"), "the header authorization had no white space inside"),
        ("", "authorization", proof::basic(&STANDARD.encode(login)), "the header authorization were encoded in base64 only once"),
        ("QIKCHAT_LOGIN=word:name", "authorization", proof::basic("name:word"), "the secret in QIKCHAT_LOGIN had the parts"),
        ("QIKCHAT_LOGIN=name:word", "authorization", proof::basic(login), "QIKCHAT_LOGIN were the demo secret"),
    ] {
        remedies(&verdict(settings, "/qikchat", (name, &value), b"{}"), &[words]);
    }
    let none = verdict("", "/qikchat", ("authorization", &proof::basic("demo-user:other-password")), b"{}");
    remedies(&none, &[]);
    assert_eq!(none.advice, ["compare QIKCHAT_LOGIN with the value at the provider"]);
}

#[test]
fn an_unknown_path_suggests_the_paths_that_verify() {
    let signature = proof::hmac_sha1(KOMMO, BODY.as_bytes());
    let own = verdict("", "/hooks/kommo/shop", ("x-signature", &signature), BODY.as_bytes());
    assert_eq!((own.outcome, own.provider, own.reason), (Outcome::UnknownPath, None, Some("unknown_path")));
    assert_eq!(own.would_verify, ["it would verify if its path were /kommo/{scope_id}, because the proof fits kommo"]);
    let settings = r#"KOMMO_SECRET={"my shop":"secret-one"}"#;
    let named = verdict(settings, "/", ("x-signature", &proof::hmac_sha1("secret-one", b"")), b"");
    assert_eq!(named.would_verify, ["it would verify if its path were /kommo/my%20shop, because the proof fits kommo"]);
    let nobody = verdict("KOMMUNICATE_ALLOW_UNAUTHENTICATED=true", "/", ("a", "b"), b"");
    assert!(nobody.would_verify.is_empty() && nobody.advice[0].contains("/qikchat/{channel}"), "{:?}", nobody.advice);
}

/// Returns the secrets of a keyring. A login counts as its password only.
fn secrets(keyring: &Value) -> Vec<&str> {
    match keyring {
        Value::Object(channels) => channels.values().flat_map(secrets).collect(),
        Value::Array(keys) => keys.iter().flat_map(secrets).collect(),
        key => key.as_str().into_iter().flat_map(|key| key.splitn(2, ':').skip(usize::from(key.contains(':')))).collect(),
    }
}

#[test]
fn every_vector_has_the_verdict_of_its_provider_and_shows_no_secret() {
    let mut count = 0;
    for webhook in webhooks() {
        let file = workspace().join("docs/vectors").join(format!("{}.json", webhook.name.replace(' ', "-")));
        let file: Value = serde_json::from_str(&fs::read_to_string(file).expect("vectors")).expect("JSON");
        for vector in file["vectors"].as_array().expect("vectors") {
            let sources = Sources::of_file(&format!("{}={}", webhook.keyring, vector["keyring"]));
            let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
            let mut headers = serde_json::Map::new();
            for header in vector["headers"].as_array().expect("headers") {
                let name = header[0].as_str().expect("a name").to_owned();
                let values = headers.entry(name).or_insert_with(|| json!([]));
                values.as_array_mut().expect("values").push(header[1].clone());
            }
            let event = json!({"httpMethod": "POST", "path": vector["path"], "multiValueHeaders": headers, "body": vector["body"], "isBase64Encoded": true});
            let request = capture::parse(event.to_string().as_bytes()).expect("a request").request;
            let now = Timestamp::from_millis(vector["now"].as_i64().expect("seconds") * 1000).expect("a moment");
            let verdict = Verdict::of(&endpoints, &sources, &request, now);
            let json = serde_json::to_value(&verdict).expect("JSON");
            let (name, shown) = (&vector["id"], format!("{}{json}", verdict.text()));
            let outcome = if vector["verdict"] == "valid" { "verified" } else { "refused" };
            assert_eq!(
                (&json["outcome"], &json["reason"], &json["key_position"]),
                (&outcome.into(), &vector["reason"], &vector["key_position"]),
                "{name}"
            );
            assert_eq!(verdict.outcome == Outcome::Verified, verdict.would_verify.is_empty() && verdict.advice.is_empty(), "{name}");
            for secret in secrets(&vector["keyring"]).into_iter().filter(|secret| secret.len() > 8) {
                assert!(!shown.contains(secret), "{name}: {shown}");
            }
            count += 1;
        }
    }
    assert!(count > 400, "{count} vectors");
}
