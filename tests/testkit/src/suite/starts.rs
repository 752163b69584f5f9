//! Starts: those that must fail by a name, and what a FIFO queue gets.

use std::path::Path;

use serde_json::json;

use crate::{FailedStart, Function, Journey, Sqs, Subject, contract};

/// What stands in wrong settings here, and must not be in an error.
const CANARY: &str = "482915730648217";

/// Every setting that all functions have, missing and wrong, and the provider's keyring.
pub async fn failed(subject: &Subject) {
    let queue_urls =
        [None, Some(""), Some("events"), Some("https://"), Some("https://sqs.eu-west-1.amazonaws.com"), Some("ftp://host/1/q")];
    for value in queue_urls {
        fails(subject, "QUEUE_URL", &[("QUEUE_URL", value)]).await;
    }
    for name in ["FALLBACK_QUEUE_URL", "QUARANTINE_QUEUE_URL", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"] {
        fails(subject, name, &[(name, Some("no url, 482915730648217"))]).await;
    }
    for value in ["soon", "0", "-5", "1.5", "99999999", "1500ms"] {
        fails(subject, "ACK_BUDGET_MS", &[("ACK_BUDGET_MS", Some(value))]).await;
    }
    fails(subject, "AWS_REGION", &[("AWS_REGION", None)]).await;

    let name = subject.keyring;
    let arn = format!("{name}_ARN");
    for value in [
        None,
        Some(""),
        Some("\n"),
        Some(" "),
        Some("{"),
        Some("{}"),
        Some(r#"{"*":""}"#),
        Some(r#"{"*":[]}"#),
        Some(r#"{"*":["a:482915730648217",""]}"#),
        Some(r#"{"*":{"a":"482915730648217"}}"#),
        Some(r#"{"*":482915730648217}"#),
        Some(r#"{"":"a:482915730648217"}"#),
        Some(r#"{"*":"a:482915730648217"} and more"#),
    ] {
        fails(subject, name, &[(name, value)]).await;
    }
    let both = [(name, Some("a:482915730648217")), (arn.as_str(), Some("arn:aws:secretsmanager:eu-west-1:123456789012:secret:s"))];
    fails(subject, name, &both).await;
}

/// A start that must fail, told by the setting's name in the init error and in the log. None = not set at all.
///
/// # Panics
/// When it succeeds, names another setting, or tells a value.
pub async fn fails(subject: &Subject, setting: &str, settings: &[(&str, Option<&str>)]) -> FailedStart {
    let (secret, queue) = (subject.demo_secret(), Sqs::start().endpoint() + "/123456789012/events");
    let mut env = vec![("QUEUE_URL", queue.as_str()), (subject.keyring, secret.as_str())];
    for (name, value) in settings {
        env.retain(|(known, _)| known != name);
        match value {
            Some(value) => env.push((name, value)),
            // The kit sets what Lambda sets; empty is the nearest to missing there.
            None if *name == "AWS_REGION" => env.push((name, "")),
            None => {}
        }
    }
    let failed = Function::start_expecting_failure(Path::new(subject.binary), &env).await;
    let case = format!("{setting} with {settings:?}: {failed:#?}");
    let message = failed.init_error["errorMessage"].as_str().unwrap_or_else(|| panic!("no errorMessage, {case}"));
    assert!(message.contains(setting), "{case}");
    assert!(failed.init_error["errorType"].is_string(), "{case}");
    assert!(failed.exit_code.is_some_and(|code| code != 0), "{case}");
    let logged = failed.logs.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let logged: Vec<_> = logged.filter(|line| line["level"] == "ERROR").collect();
    assert!(matches!(&logged[..], [line] if line["message"].as_str().is_some_and(|text| text.contains(setting))), "{case}");
    let printed = failed.logs.join("\n") + &failed.init_error.to_string();
    for private in [CANARY, &secret] {
        assert!(!printed.contains(private), "{case}");
    }
    failed
}

/// A FIFO queue gets the event's id for deduplication and the conversation's group.
pub async fn fifo(subject: &Subject) {
    let queue = Sqs::start().create_fifo_queue(subject.provider).await;
    let journey = Journey::start_with(subject, queue, &[]).await;
    for body in [(subject.message)("hello"), subject.unknown("1")] {
        let stored = journey.accepted(&subject.post(body)).await;
        let event = stored.json();
        let (id, source) = (event["id"].as_str().expect("an id"), event["source"].as_str().expect("a source"));
        assert_eq!(stored.system["MessageDeduplicationId"], id);
        let group = event["subject"].as_str().unwrap_or(id);
        assert_eq!(stored.system["MessageGroupId"], contract::digest(source, group));
    }
    // The quarantine queue is a standard one.
    assert_eq!(journey.deliver(&subject.post("{")).await.answer.status, 400);
    let stored = journey.quarantine.receive_all().await;
    assert_eq!((stored.len(), stored[0].json()["data"]["kind"].clone()), (1, json!("unknown")));
    assert!(!stored[0].system.contains_key("MessageDeduplicationId"));
}
