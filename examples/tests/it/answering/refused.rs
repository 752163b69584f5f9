//! Invalid requests are rejected, by the double of the platforms and by the programs themselves.

use md5::{Digest, Md5};
use serde_json::Value;
use testkit::wire::{Request, Response};
use testkit::{Receiver, Reply};

use super::double::{KOMMO_S, check, hex};
use super::{PROGRAMS, TEXT, double, events, is_answerable, now, run, settings};

/// Returns a program's first request to a platform.
async fn request(program: &'static str, provider: &'static str, version: &str) -> Request {
    let event = events(provider, 60).await.into_iter().find(is_answerable).expect("an event");
    let receiver = double().await;
    let output = run(program, TEXT, settings(&receiver, version), &[event]).await;
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    receiver.arrivals().remove(0).request
}

fn with(request: &Request, name: &str, value: impl Into<String>) -> Request {
    let mut changed = request.clone();
    changed.headers.insert(name.to_owned(), value.into()).expect("a header that was there");
    changed
}

fn with_body(request: &Request, from: &str, to: &str) -> Request {
    let body = String::from_utf8(request.body.clone()).expect("UTF-8");
    assert!(body.contains(from), "{body}");
    Request { body: body.replace(from, to).into_bytes(), ..request.clone() }
}

#[tokio::test]
async fn kommo_rejects_changed_and_stale_requests() {
    for program in PROGRAMS {
        let request = request(program, "kommo", "").await;
        let sent = now();
        assert_eq!(check(&request, sent), Ok(()), "{program}");
        let changed = with_body(&request, "until six", "until ten");
        assert_eq!(check(&changed, sent), Err("Content-MD5"), "{program}");
        assert_eq!(check(&with(&changed, "content-md5", hex(&Md5::digest(&changed.body))), sent), Err("X-Signature"), "{program}");
        assert_eq!(check(&with(&request, "date", "Thu, 01 Jan 1970 00:00:00 +0000"), sent), Err("Date"), "{program}");
        let later = Request { target: format!("{}0", request.target), ..request.clone() };
        assert_eq!(check(&later, sent), Err("X-Signature"), "{program}");
        assert_eq!(check(&request, sent + KOMMO_S + 30), Err("Date"), "{program}");
        assert_eq!(check(&request, sent - KOMMO_S - 30), Err("Date"), "{program}");
        assert_eq!(check(&request, sent + KOMMO_S - 30), Ok(()), "{program}");
    }
}

#[tokio::test]
async fn kore_rejects_changed_and_stale_requests() {
    for program in PROGRAMS {
        let request = request(program, "kore", "v2/webhook").await;
        let sent = now();
        assert_eq!(check(&request, sent), Ok(()), "{program}");
        let token = request.header("authorization").to_owned();
        let (signed, signature) = token.rsplit_once('.').expect("a JWT");
        assert_eq!(check(&with(&request, "authorization", format!("{signed}x.{signature}")), sent), Err("signature"), "{program}");
        let from = serde_json::from_slice::<Value>(&request.body).expect("JSON")["from"]["id"].to_string();
        assert_eq!(check(&with_body(&request, &from, "\"somebody-else\""), sent), Err("userIdentity"), "{program}");
        assert_eq!(check(&request, sent + 600), Err("expired"), "{program}");
    }
}

#[tokio::test]
async fn the_api_keys_of_the_others_must_match() {
    for (provider, header, key) in [("kommunicate", "api-key", "Api-Key"), ("qikchat", "qikchat-api-key", "QIKCHAT-API-KEY")] {
        for program in PROGRAMS {
            let request = request(program, provider, "").await;
            assert_eq!(check(&request, now()), Ok(()), "{program}");
            assert_eq!(check(&with(&request, header, "another"), now()), Err(key), "{program}");
        }
    }
}

#[tokio::test]
async fn a_rejected_request_ends_the_program() {
    let secrets = ["KOMMO_SECRET", "KOMMUNICATE_API_KEY", "KORE_CLIENT", "QIKCHAT_API_KEY"];
    for (provider, secret) in ["kommo", "kommunicate", "kore", "qikchat"].into_iter().zip(secrets) {
        let events: Vec<Value> = events(provider, 60).await.into_iter().filter(is_answerable).take(2).collect();
        for program in PROGRAMS {
            let receiver = double().await;
            let other = settings(&receiver, "hooks")
                .into_iter()
                .map(|(name, value)| (name, if name == secret { format!("{value}x") } else { value }));
            let output = run(program, TEXT, other.collect(), &events).await;
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.code() == Some(1) && errors.trim_end().ends_with("127.0.0.1 responded with 403"),
                "{provider} {program}: {errors}"
            );
            assert_eq!(receiver.arrivals().len(), 1, "{provider} {program}");

            let none = settings(&receiver, "hooks").into_iter().filter(|(name, _)| *name != secret);
            let output = run(program, TEXT, none.collect(), &events).await;
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code() == Some(1) && errors.contains(&format!("{secret} is not set")), "{provider} {program}: {errors}");
        }
    }
}

/// Qikchat reports failures with 200, too.
#[tokio::test]
async fn only_a_true_status_of_qikchat_is_success() {
    let events: Vec<Value> = events("qikchat", 60).await.into_iter().filter(is_answerable).take(1).collect();
    for answer in [r#"{"status":false,"message":"insufficient credits"}"#, r#"{"status":"true"}"#, "[true]", "<html>", ""] {
        let receiver = Receiver::start(move |_| Reply::Response(Response::new(200, "application/json", answer))).await;
        for program in PROGRAMS {
            let output = run(program, TEXT, settings(&receiver, ""), &events).await;
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.code() == Some(1) && errors.contains(r#"responded with 200 without "status": true"#),
                "{program}: {errors}"
            );
            assert!(output.stdout.is_empty(), "{program}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_redirect_does_not_get_the_secrets() {
    let events: Vec<Value> = events("qikchat", 60).await.into_iter().filter(is_answerable).take(1).collect();
    for program in PROGRAMS {
        let other = double().await;
        let url = other.url();
        let receiver = Receiver::start(move |_| Reply::Redirect(307, url.clone())).await;
        let output = run(program, TEXT, settings(&receiver, ""), &events).await;
        assert!(output.status.code() == Some(1) && String::from_utf8_lossy(&output.stderr).contains("responded with 307"), "{program}");
        assert!(other.arrivals().is_empty(), "{program}");
    }
}
