//! `Function`, with a function written in Bash.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use testkit::Function;

fn binary() -> PathBuf {
    testkit::workspace().join("tests/testkit/tests/it/function.sh")
}

#[tokio::test]
async fn a_function_responds_and_sees_only_its_environment() {
    let function = Function::start(&binary(), &[("GREETING", "hello")]).await;
    let event = json!({"body": "ünï\u{1F600}", "nested": [1, 2]});

    let answer = function.invoke_http(&event).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/plain");
    assert_eq!(answer.json(), event);

    let invocation = function.invoke(b"{}".to_vec()).await;
    let environment = invocation.outcome.unwrap()["environment"].clone();
    let environment = STANDARD.decode(environment.as_str().unwrap()).unwrap();
    let environment = String::from_utf8(environment).unwrap();
    assert!(environment.contains("GREETING=hello"), "{environment}");
    assert!(environment.contains("AWS_REGION=us-east-1"));
    assert!(!environment.contains("CARGO_MANIFEST_DIR"));
    assert!(!environment.contains("HOME="));

    function.log_with(&format!("event {}", answer.request_id)).await;
    let logs = function.stop();
    assert_eq!(logs[0], "starting");
    assert_eq!(logs.len(), 3, "{logs:?}");
}

#[tokio::test]
async fn a_reported_error_is_an_outcome() {
    let function = Function::start(&binary(), &[]).await;
    let invocation = function.invoke(b"\"fail\"".to_vec()).await;
    assert_eq!(invocation.outcome.unwrap_err()["errorMessage"], json!("as asked"));
    assert!(invocation.duration > Duration::ZERO);
}

#[tokio::test]
#[should_panic(expected = "the function ended (exit status: 4) without a response")]
async fn a_process_that_ends_without_a_response_is_reported_immediately() {
    let function = Function::start(&binary(), &[]).await;
    function.invoke(b"\"die\"".to_vec()).await;
}

#[tokio::test]
async fn a_failed_startup_reports_the_reason() {
    let failed = Function::start_expecting_failure(&binary(), &[("START", "fail")]).await;
    assert_eq!(failed.init_error["errorMessage"], json!("QUEUE_URL is missing"));
    assert_eq!(failed.exit_code, Some(1));
    assert_eq!(failed.logs, ["starting"]);

    let failed = Function::start_expecting_failure(&binary(), &[("START", "die")]).await;
    assert_eq!(failed.init_error, json!(null));
    assert_eq!(failed.exit_code, Some(3));
    assert!(failed.logs.contains(&"dying".to_owned()));
}

#[tokio::test]
#[should_panic(expected = "QUEUE_URL is missing")]
async fn an_unexpected_startup_failure_panics() {
    Function::start(&binary(), &[("START", "fail")]).await;
}

#[tokio::test]
#[should_panic(expected = "started, although it should fail")]
async fn an_unexpected_startup_success_panics() {
    Function::start_expecting_failure(&binary(), &[]).await;
}

#[tokio::test]
async fn the_process_ends_with_its_owner() {
    let function = Function::start(&binary(), &[]).await;
    let process = PathBuf::from(format!("/proc/{}", function.id()));
    assert!(process.exists());
    drop(function);
    assert!(!process.exists());
}
