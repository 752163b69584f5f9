//! Which certificates a function trusts when it connects to SQS over TLS.

use std::fs;

use serde_json::Value;
use testkit::certified::{Certified, authority, params};
use testkit::{Function, Queue, Sqs, demo_env};

use crate::role::KOMMO;

/// Starts Kommo's function against an SQS endpoint that presents this certificate, with additional settings.
async fn start(certified: &Certified, settings: &[(&str, &str)]) -> (Queue, Function) {
    let sqs = Sqs::start();
    let queue = sqs.create_queue("certificates").await;
    let front = certified.in_front_of(sqs.endpoint().trim_start_matches("http://")).await;
    let (url, demo) = (queue.url_at(&format!("https://{front}")), demo_env());
    let mut env: Vec<(&str, &str)> = demo.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    env.extend([("QUEUE_URL", url.as_str()), ("ACK_BUDGET_MS", "1500")]);
    env.extend(settings);
    let function = Function::start(&KOMMO.binary(), &env).await;
    (queue, function)
}

fn line(function: &Function, text: &str) -> Value {
    let logs = function.logs();
    let lines: Vec<&String> = logs.iter().filter(|line| line.contains(text)).collect();
    assert_eq!(lines.len(), 1, "{text}: {logs:#?}");
    serde_json::from_str(lines[0]).expect("JSON")
}

/// Sends requests until the log shows this reason. The reason describes the last attempt, which the end of the budget
/// can interrupt (`timeout`).
async fn fails_because(function: &Function, reason: &str) {
    let reason = format!(r#""reason":"{reason}""#);
    let mut logged = String::new();
    for _ in 0..10 {
        let answer = function.invoke_http(&KOMMO.sample().event).await;
        assert_eq!(answer.status, 503);
        logged = function.log_with(&answer.request_id).await;
        if logged.contains(&reason) {
            return;
        }
        assert!(logged.contains(r#""reason":"timeout""#), "{logged}");
    }
    panic!("{reason} is not in {logged}");
}

#[tokio::test]
async fn a_private_ca_is_trusted_if_a_setting_names_it() {
    let authority = authority("ours");
    let certified = Certified::by(&authority, &params("127.0.0.1"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.pem()).expect("a file");
    let path = file.to_str().expect("a path");
    for setting in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let (queue, function) = start(&certified, &[(setting, path)]).await;
        assert_eq!(function.invoke_http(&KOMMO.sample().event).await.status, 200, "{setting}");
        assert_eq!(queue.receive_all().await.len(), 1);
        assert!(!function.logs().iter().any(|line| line.contains("unknown_issuer")));
    }
}

#[tokio::test]
async fn an_unknown_issuer_and_an_invalid_certificate_are_logged() {
    let authority = authority("ours");
    let (queue, function) = start(&Certified::by(&authority, &params("127.0.0.1")), &[]).await;
    fails_because(&function, "unknown_issuer").await;
    // The system's certificates are loaded once, when an issuer is unknown.
    let trusted = line(&function, "the system certificates are now trusted too");
    assert_eq!((&trusted["level"], &trusted["reason"]), (&"WARN".into(), &"unknown_issuer".into()), "{trusted}");
    assert!(trusted["certificates"].is_u64(), "{trusted}");
    assert!(queue.receive_all().await.is_empty());

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.pem()).expect("a file");
    let wrong = Certified::by(&authority, &params("other.example"));
    let (_queue, function) = start(&wrong, &[("AWS_CA_BUNDLE", file.to_str().expect("a path"))]).await;
    fails_because(&function, "certificate").await;
}

#[tokio::test]
async fn startup_fails_if_the_ca_bundle_cannot_be_read() {
    let failed = Function::start_expecting_failure(
        &KOMMO.binary(),
        &[("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/events"), ("AWS_CA_BUNDLE", "/missing/ca.pem")],
    )
    .await;
    let text = failed.init_error["errorMessage"].as_str().unwrap_or_default().to_owned();
    assert!(text.starts_with("AWS_CA_BUNDLE: must name a file of certificates in PEM: No such file"), "{text}");
    assert_eq!(failed.exit_code, Some(1));
}
