//! Every remedy of every scheme, found on a request that has just that fault.

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

/// Exactly these remedies, of which each begins so.
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
fn kommo_verified() {
    let signature = proof::hmac_sha1(KOMMO, BODY.as_bytes());
    let verdict = verdict("", "/kommo/shop", ("X-Signature", &signature), format!("{BODY}\n").as_bytes());
    assert_eq!((verdict.outcome, verdict.key_position, verdict.keys), (Outcome::Verified, Some(0), Some(1)));
    assert_eq!((verdict.body_bytes, verdict.checked_bytes), (BODY.len() + 1, Some(BODY.len())));
    assert_eq!((verdict.expected.clone(), verdict.reason), (verdict.received.clone(), None));
    assert_eq!(verdict.received, Some(format!("{}…{} (40 characters)", &signature[..4], &signature[36..])));
    assert_eq!(verdict.channel.as_deref(), Some("shop"));
    assert!(verdict.would_verify.is_empty() && verdict.advice.is_empty());
}

#[test]
fn kommo_the_second_of_two_keys() {
    let signature = proof::hmac_sha1("older-secret", BODY.as_bytes());
    let keyring = r#"KOMMO_SECRET={"shop":["newer-secret","older-secret"]}"#;
    let verdict = verdict(keyring, "/kommo/shop_account", ("x-signature", &signature), BODY.as_bytes());
    assert_eq!((verdict.key_position, verdict.keys), (Some(1), Some(2)));
    assert_eq!(verdict.secret.as_deref(), Some("KOMMO_SECRET: your own, from my.env"));
    assert_ne!(verdict.expected, verdict.received);
}

#[test]
fn kommo_the_body_was_changed_on_its_way() {
    let long = BODY.replace(',', ",\r\n");
    let escaped = r#"{"text":"Gr\u00fc\u00dfe \/ <b>","ids":[1,2.50]}"#;
    for (signed, came, words) in [
        (format!("{BODY}\n"), BODY.into(), r"the body ended with a line feed (\n)"),
        (format!("{BODY}\r\n"), BODY.into(), r"the body ended with \r\n"),
        (BODY.into(), format!(" {BODY} "), "the body had no white space around it"),
        (long.replace("\r\n", "\n"), long.clone(), r"the body had the line ends \n in place of \r\n"),
        (long.clone(), long.replace("\r\n", "\n"), r"the body had the line ends \r\n in place of \n"),
        (BODY.into(), format!("\u{feff}{BODY}"), "the body had no byte order mark"),
        (format!("\u{feff}{BODY}"), BODY.into(), "the body had a byte order mark"),
        (BODY.into(), STANDARD.encode(BODY), "the body were decoded from base64"),
        (STANDARD.encode(BODY), BODY.into(), "the body were encoded in base64"),
        ("a=b c&d={}".into(), "a=b+c&d=%7B%7D".into(), "the body were decoded as a form is"),
        (BODY.into(), BODY.bytes().map(char::from).collect(), "the body were still UTF-8"),
        (BODY.into(), BODY.replace(':', ": ").replace(',', ", "), "the body were written without white space, as JSON.stringify writes it"),
        (BODY.replace(':', ": ").replace(',', ", "), BODY.into(), "the body were written with a space after each `:` and `,`, as Python's"),
        (BODY.replace('/', r"\/"), BODY.into(), r"the body were written with `/` as `\/`"),
        (BODY.into(), escaped.replace(r"\/", "/"), r"the body were written with characters in place of `\u` escapes"),
        (escaped.into(), BODY.into(), r"the body were written with `/` as `\/`, as PHP writes it and with `\u` escapes for all but ASCII"),
        (BODY.replace('<', r"\u003c").replace('>', r"\u003e"), BODY.into(), r"the body were written with `\u` escapes for `<`, `>`"),
        (escaped.replace(',', ",\n    ").replace('{', "{\n    "), "{}".into(), ""),
    ] {
        let signature = proof::hmac_sha1(KOMMO, signed.as_bytes());
        let verdict = verdict("", "/kommo", ("x-signature", &signature), came.as_bytes());
        assert_eq!(verdict.reason, Some("wrong_signature"));
        if words.is_empty() {
            remedies(&verdict, &[]);
            continue;
        }
        remedies(&verdict, &[words]);
        assert!(
            verdict.would_verify[0].ends_with(&format!("({} bytes in place of {})", signed.len(), came.len())),
            "{:?}",
            verdict.would_verify
        );
    }
}

#[test]
fn kommo_the_header_is_of_another_form() {
    let signature = proof::hmac_sha1(KOMMO, BODY.as_bytes());
    let bytes: Vec<u8> = (0..20).map(|place| u8::from_str_radix(&signature[place * 2..place * 2 + 2], 16).expect("hex")).collect();
    for (name, value, reason, words) in [
        ("x-signature", format!("sha1={signature}"), "malformed_header", "the header x-signature had no name of an algorithm"),
        ("x-signature", STANDARD.encode(bytes), "malformed_header", "the header x-signature held the signature in hex"),
        ("x-signature", format!("\"{signature}\""), "malformed_header", "the header x-signature had no quotes"),
        ("x-signature", format!("{} {}", &signature[..20], &signature[20..]), "malformed_header", "the header x-signature were one word"),
        ("x-hub-signature", signature.clone(), "missing_header", "the header x-hub-signature were named x-signature"),
        (
            "x-hub-signature",
            format!("sha1={signature}"),
            "missing_header",
            "the header x-hub-signature were named x-signature and had no name",
        ),
    ] {
        let verdict = verdict("", "/kommo", (name, &value), BODY.as_bytes());
        assert_eq!(verdict.reason, Some(reason), "{value}");
        remedies(&verdict, &[words]);
    }
    // Upper case is no fault.
    assert_eq!(verdict("", "/kommo", ("x-signature", &signature.to_uppercase()), BODY.as_bytes()).outcome, Outcome::Verified);
}

#[test]
fn kommo_the_secret_is_another() {
    let header = |secret: &str| proof::hmac_sha1(secret, BODY.as_bytes());
    for (settings, signed_by, words) in [
        (r#"KOMMO_SECRET={"shop":"secret-one","other":["secret-two"]}"#, "secret-two", "its path named the channel other"),
        (r#"KOMMO_SECRET={"shop":"secret-one","*":["secret-two"]}"#, "secret-two", "the channel had no entry of its own in KOMMO_SECRET"),
        (r#"KOMMO_SECRET={"other":"secret-one"}"#, "secret-one", "its path named the channel other"),
        ("KOMMO_SECRET=secret-one", KOMMO, "KOMMO_SECRET were the demo secret"),
        (r#"KOMMO_SECRET=' secret-one '"#, "secret-one", "the secret in KOMMO_SECRET had no white space around it"),
        (r#"KOMMO_SECRET={"*":["`secret-one`"]}"#, "secret-one", "the secret in KOMMO_SECRET had no quotes around it"),
        ("KOMMO_SECRET=c2VjcmV0LW9uZQ==", "secret-one", "the secret in KOMMO_SECRET were decoded from base64"),
        ("KOMMO_SECRET=SECRET-ONE", "secret-one", "the secret in KOMMO_SECRET were in lower case"),
        ("KOMMO_SECRET=user:secret-one", "secret-one", "the secret in KOMMO_SECRET were the part behind its `:` alone"),
    ] {
        remedies(&verdict(settings, "/kommo/shop", ("x-signature", &header(signed_by)), BODY.as_bytes()), &[words]);
    }
    let unknown = verdict(r#"KOMMO_SECRET={"other":"secret-one"}"#, "/kommo/shop", ("x-signature", &header("secret-two")), BODY.as_bytes());
    assert_eq!((unknown.reason, unknown.keys), (Some("unknown_channel"), Some(0)));
    assert_eq!(unknown.advice, ["add the channel, or `*`, to KOMMO_SECRET"]);
}

#[test]
fn without_a_remedy_there_is_advice() {
    let of = |header: (&str, &str)| verdict("", "/kommo", header, BODY.as_bytes());
    let wrong = of(("x-signature", &"ab".repeat(20)));
    remedies(&wrong, &[]);
    assert!(wrong.advice[0].starts_with("compare KOMMO_SECRET with the secret at the provider"), "{:?}", wrong.advice);
    assert_eq!(of(("x-signature", &"ab".repeat(32))).advice, ["it must be 40 hex characters; 64 are a SHA-256 digest"]);
    assert!(of(("accept", "*/*")).advice[0].starts_with("another kind of webhook that is not signed"));
    let cut = of(("content-length", "4000"));
    assert!(cut.advice[0].starts_with("content-length says 4000 bytes, and the body has 39"), "{:?}", cut.advice);
}

#[test]
fn kommunicate() {
    let token = "demo-kommunicate-token";
    let basic = proof::basic(token);
    let encoded = basic.trim_start_matches("Basic ");
    for (name, value, words) in [
        ("authentication", encoded.to_owned(), "the header authentication began with `Basic `"),
        ("authentication", format!("Bearer {encoded}"), "the header authentication began with `Basic ` in place of"),
        ("authentication", format!("Basic {basic}"), "the header authentication had its scheme's name once"),
        ("authentication", token.to_owned(), "the header authentication were `Basic` and the base64 of its value"),
        ("authentication", format!("Basic {token}"), "the header authentication were `Basic` and the base64 of what"),
        ("authentication", proof::basic(encoded), "the header authentication were encoded in base64 once"),
        ("authentication", proof::basic(&format!("{token}\n")), "the header authentication had no line end or space in its base64"),
        ("authentication", proof::basic(&format!("user:{token}")), "the header authentication held the token alone, without `user:`"),
        ("authentication", proof::basic(&format!("{token}:")), "the header authentication held the token alone, without the `:`"),
        ("x-authentication", basic.clone(), "the header x-authentication were named authentication"),
        ("x-token", token.to_owned(), "the header x-token were named authentication and were `Basic` and the base64"),
    ] {
        let verdict = verdict("", "/kommunicate/shop", (name, &value), b"{}");
        remedies(&verdict, &[words]);
        assert_eq!(verdict.header.as_deref(), Some("authentication"));
        assert_eq!(verdict.checked_bytes, None);
    }
    let own = verdict("KOMMUNICATE_TOKEN=Basic demo-token", "/kommunicate", ("authentication", &proof::basic("demo-token")), b"");
    remedies(&own, &["the secret in KOMMUNICATE_TOKEN had no scheme's name"]);
    assert_eq!((own.expected.as_deref(), own.received.as_deref()), (Some("Basi…oken (16 characters)"), Some("10 characters")));
    // The header that is read is the one that the provider falls back to.
    let other = verdict("", "/kommunicate", ("Authorization", &basic), b"");
    assert_eq!((other.outcome, other.header.as_deref()), (Outcome::Verified, Some("authorization")));
    let waived = verdict("KOMMUNICATE_ALLOW_UNAUTHENTICATED=true", "/kommunicate", ("a", "b"), b"");
    assert_eq!((waived.outcome, waived.key_position), (Outcome::AcceptedWithoutProof, None));
    // Who accepts everything fits nothing.
    remedies(&verdict("KOMMUNICATE_ALLOW_UNAUTHENTICATED=true", "/kommo", ("x-signature", &"ab".repeat(20)), b""), &[]);
}

#[test]
fn qikchat() {
    let login = "demo-user:demo-password";
    for (settings, name, value, words) in [
        ("", "authentication", proof::basic(login), "the header authentication were named authorization"),
        ("", "authorization", format!("Basic {login}"), "the header authorization were `Basic` and the base64 of what"),
        ("", "authorization", proof::basic(login).replace("ZGVtby1", "ZGVt by1"), "the header authorization had no white space inside"),
        ("", "authorization", proof::basic(&STANDARD.encode(login)), "the header authorization were encoded in base64 once"),
        ("QIKCHAT_LOGIN=word:name", "authorization", proof::basic("name:word"), "the secret in QIKCHAT_LOGIN had its halves"),
        ("QIKCHAT_LOGIN=name:word", "authorization", proof::basic(login), "QIKCHAT_LOGIN were the demo secret"),
    ] {
        remedies(&verdict(settings, "/qikchat", (name, &value), b"{}"), &[words]);
    }
    let none = verdict("", "/qikchat", ("authorization", &proof::basic("demo-user:other-password")), b"{}");
    remedies(&none, &[]);
    assert_eq!(none.advice, ["compare QIKCHAT_LOGIN with what is set at the provider"]);
}

#[test]
fn kore_callback() {
    let token = "demo-kore-access-token";
    for (settings, name, value, words) in [
        ("", "x-kore-token", token.to_owned(), "the header x-kore-token were named authorization"),
        ("KORE_TOKEN_HEADER=x-kore", "authorization", format!("bearer {token}"), "the header authorization were named x-kore"),
        ("", "authorization", proof::basic(token), "the header authorization held the token as it is, not in base64"),
        ("", "authorization", format!("Token {token}"), "the header authorization had no scheme's name before its value"),
        ("", "authorization", format!("'{token}'"), "the header authorization had no quotes"),
    ] {
        remedies(&verdict(settings, "/kore/callback/bot", (name, &value), b"{}"), &[words]);
    }
    let saved_with_scheme = verdict("KORE_ACCESS_TOKEN=Bearer mine-mine", "/kore/callback/bot", ("authorization", "mine-mine"), b"{}");
    let either = ["the header authorization began with `Bearer `", "the secret in KORE_ACCESS_TOKEN had no scheme's name"];
    remedies(&saved_with_scheme, &either);
    let jwt = proof::jwt("cs-demo-client:demo-kore-client-secret");
    let words = "its path were /kore/chatbot/hooks/{bot}: that is the proof of kore hooks";
    remedies(&verdict("", "/kore/callback/bot", ("authorization", &jwt), b"{}"), &[words]);
}

#[test]
fn kore_hooks() {
    const CLIENT: &str = "cs-demo-client";
    let token = |header: &str, claims: String| format!("Bearer {}", proof::jwt_of("demo-kore-client-secret", header, &claims));
    let claims = |more: &str| token(r#"{"alg":"HS256"}"#, format!(r#"{{"appId":"{CLIENT}","sub":"1"{more}}}"#));
    let of = |value: &str| verdict("", "/kore/chatbot/hooks/bot", ("authorization", value), b"{}");
    for (value, reason, detail, words) in [
        (claims(&format!(r#","exp":{}"#, NOW - 61)), "expired", "`exp` was 61 s ago; a minute", &["it came 62 s earlier"][..]),
        (claims(&format!(r#","nbf":{}"#, NOW + 500)), "not_yet_valid", "`nbf` is in 500 s; a minute", &["it came 500 s later"]),
        (claims(r#","exp":"soon""#), "malformed_time", "`exp` is a text; it must be a number", &[]),
        (claims(r#","exp":1900000000,"nbf":null"#), "malformed_time", "`nbf` is missing or null", &[]),
        (token(r#"{"alg":"HS256"}"#, format!(r#"{{"appId":"{CLIENT}"}}"#)), "missing_subject", "`sub` is missing", &[]),
        (
            token(r#"{"alg":"HS256"}"#, r#"{"appId":"CS-demo-client","sub":1}"#.into()),
            "wrong_client",
            "`appId` differs from the client id in upper and lower case only",
            &[],
        ),
        (
            token(r#"{"alg":"HS256"}"#, r#"{"iss":"somebody-else","sub":1}"#.into()),
            "wrong_client",
            "`iss` is 13 characters, the client id of the newest key 14 characters",
            &[],
        ),
        (token(r#"{"alg":"HS256"}"#, r#"{"sub":1}"#.into()), "wrong_client", "neither `appId` nor `iss`", &[]),
        (token(r#"{"alg":"HS512"}"#, "{}".into()), "wrong_algorithm", "`alg` is HS512; it must be HS256", &[]),
        (token(r#"{"alg":"x-mine"}"#, "{}".into()), "wrong_algorithm", "`alg` is no known one", &[]),
        (token(r#"{"alg":"HS256","crit":["b64"]}"#, "{}".into()), "critical_header", "`crit` stands in its JOSE header", &[]),
        (format!("{}==", claims("")), "malformed_header", "", &["the header authorization had no `=` at its end"]),
        (claims("").replace("Bearer ", ""), "malformed_header", "", &["the header authorization began with `Bearer `"]),
        (claims("").replace("Bearer ", "Basic "), "malformed_header", "", &["the header authorization began with `Bearer ` in place"]),
        (claims("").replace("Bearer ", "Bearer Bearer "), "wrong_signature", "", &["the header authorization had its scheme's name once"]),
    ] {
        let verdict = of(&value);
        assert_eq!(verdict.reason, Some(reason), "{}", verdict.text());
        assert!(verdict.detail.contains(detail), "{}", verdict.detail);
        remedies(&verdict, words);
        assert!(!verdict.text().contains(&value["Bearer ".len()..]));
    }
    let verdict = verdict(
        "KORE_CLIENT=s3cret-s3cret:the-client",
        "/kore/chatbot/v2/webhook/bot",
        ("authorization", &proof::jwt("the-client:s3cret-s3cret")),
        b"{}",
    );
    remedies(&verdict, &["the secret in KORE_CLIENT had its halves around the `:` in the other order"]);
    assert_eq!(verdict.expected, None);
}

#[test]
fn a_path_of_nobody_is_told_with_those_that_would_fit() {
    let signature = proof::hmac_sha1(KOMMO, BODY.as_bytes());
    let own = verdict("", "/hooks/kommo/shop", ("x-signature", &signature), BODY.as_bytes());
    assert_eq!((own.outcome, own.provider, own.reason), (Outcome::UnknownPath, None, Some("unknown_path")));
    assert_eq!(own.would_verify, ["it would verify if its path were /kommo/{scope_id}: that is the proof of kommo"]);
    let settings = r#"KOMMO_SECRET={"my shop":"secret-one"}"#;
    let named = verdict(settings, "/", ("x-signature", &proof::hmac_sha1("secret-one", b"")), b"");
    assert_eq!(named.would_verify, ["it would verify if its path were /kommo/my%20shop: that is the proof of kommo"]);
    let nobody = verdict("KOMMUNICATE_ALLOW_UNAUTHENTICATED=true", "/", ("a", "b"), b"");
    assert!(nobody.would_verify.is_empty() && nobody.advice[0].contains("/qikchat/{channel}"), "{:?}", nobody.advice);
}

/// The secrets of a keyring, each half of a login for itself.
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
