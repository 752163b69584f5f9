//! Settings that must make startup fail with an error that names them, and the messages of a FIFO queue.

use std::path::Path;

use serde_json::json;

use crate::{Delivered, FailedStart, Function, Journey, Sqs, Subject, contract};

/// A marker in invalid settings that must not appear in an error.
const CANARY: &str = "482915730648217";

/// The settings that all functions share, missing and invalid.
pub async fn settings_of_all(subject: &Subject) {
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
    for value in ["hooks482915730648217", "//hooks", "/a b", "/a?b", "https://example.com/482915730648217"] {
        fails(subject, "BASE_PATH", &[("BASE_PATH", Some(value))]).await;
    }
    fails(subject, "AWS_REGION", &[("AWS_REGION", None)]).await;
}

/// The keyring, missing and invalid.
pub async fn keyring(subject: &Subject) {
    let name = subject.webhook.keyring;
    let arn = format!("{name}_ARN");
    let nine: Vec<String> = (0..9).map(|number| format!("a:482915730648217-{number}")).collect();
    let nine = [json!({"*": nine}).to_string(), json!({"a": "a:b", "b": nine}).to_string()];
    let values = [
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
        Some(r#"{"a":"a:482915730648217","a":"b:482915730648217"}"#),
        Some(r#"{"*":"a:482915730648217"} and more"#),
    ];
    for value in values.into_iter().chain(nine.iter().map(|value| Some(value.as_str()))) {
        fails(subject, name, &[(name, value)]).await;
    }
    let both = [(name, Some("a:482915730648217")), (arn.as_str(), Some("arn:aws:secretsmanager:eu-west-1:123456789012:secret:s"))];
    fails(subject, name, &both).await;
    if subject.webhook.scheme.has_logins() {
        for value in [
            "user-482915730648217",
            ":482915730648217",
            "482915730648217:",
            " : ",
            r#"{"*":"482915730648217"}"#,
            r#"{"*":["a:b","482915730648217:"]}"#,
        ] {
            fails(subject, name, &[(name, Some(value))]).await;
        }
    }
}

/// The webhook's settings besides its keyring.
pub async fn settings_of_its_own(subject: &Subject) {
    if let Some(setting) = subject.webhook.scheme.header_setting() {
        for value in ["x token", "x-token:", "x-t\u{f6}ken", "\"x\""] {
            fails(subject, setting, &[(setting, Some(value))]).await;
        }
    }
    if let Some(switch) = subject.webhook.waiver {
        for value in ["yes", "TRUE", "1", " true"] {
            fails(subject, switch, &[(switch, Some(value))]).await;
        }
        fails(subject, switch, &[(switch, Some("true"))]).await;
        for value in ["", "false"] {
            fails(subject, subject.webhook.keyring, &[(subject.webhook.keyring, None), (switch, Some(value))]).await;
        }
    }
}

/// Starts the function with settings that must make startup fail, and checks that the init error and the log
/// name the setting. `None` unsets a setting.
///
/// # Panics
/// If startup succeeds, the error names another setting, or a value is disclosed.
pub async fn fails(subject: &Subject, setting: &str, settings: &[(&str, Option<&str>)]) -> FailedStart {
    let (secret, queue) = (subject.demo_secret(), Sqs::start().endpoint() + "/123456789012/events");
    let mut env = vec![("QUEUE_URL", queue.as_str()), (subject.webhook.keyring, secret.as_str())];
    for (name, value) in settings {
        env.retain(|(known, _)| known != name);
        match value {
            Some(value) => env.push((name, value)),
            // The kit sets the variables that Lambda sets; for those, an empty value comes closest to a missing one.
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

/// On a FIFO queue, the event id is the deduplication id, and the conversation is the group.
pub async fn fifo(subject: &Subject) {
    let queue = Sqs::start().create_fifo_queue(subject.provider.name).await;
    let journey = Journey::start_with(subject, queue, &[]).await;
    for body in [subject.message("hello"), subject.unknown("1")] {
        let post = subject.post(body);
        let delivered = journey.deliver(&post).await;
        assert_eq!((delivered.answer.status, delivered.messages.len(), delivered.is_fifo), (200, 1, true));
        contract::check(subject, &post, &delivered, Some("shop"));
    }
    // The quarantine queue is a standard queue.
    let post = subject.post("{");
    let delivered = journey.deliver(&post).await;
    assert_eq!(delivered.answer.status, 400);
    let delivered = Delivered { messages: journey.quarantine.receive_all().await, is_fifo: false, ..delivered };
    contract::check(subject, &post, &delivered, Some("shop"));

    // Without a conversation, the group is the event id.
    let queue = Sqs::start().create_fifo_queue(subject.provider.name).await;
    let journey = Journey::start_with(subject, queue, &[("QUARANTINE_QUEUE_URL", "")]).await;
    let delivered = journey.deliver(&post).await;
    contract::check(subject, &post, &delivered, Some("shop"));
    let message = &delivered.messages[0];
    assert_eq!(
        (delivered.answer.status, &message.system["MessageGroupId"]),
        (400, &message.json()["id"].as_str().expect("an id").to_owned())
    );
}
