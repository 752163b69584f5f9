//! `RuntimeApi`, with a client that uses the kit's own HTTP implementation.

use std::time::Duration;

use serde_json::json;
use testkit::RuntimeApi;
use testkit::wire::{Request, Response, call};

async fn send(api: &RuntimeApi, method: &str, path: &str, body: &str) -> Response {
    let request = Request { method: method.into(), target: format!("/2018-06-01/runtime/{path}"), body: body.into(), ..Request::default() };
    call(&api.address(), &request).await.unwrap()
}

#[tokio::test]
async fn hands_an_event_over_and_accepts_the_response() {
    let api = RuntimeApi::start().await;
    let function = async {
        let next = send(&api, "GET", "invocation/next", "").await;
        let id = next.headers["lambda-runtime-aws-request-id"].clone();
        let path = format!("invocation/{id}/response");
        let posted = send(&api, "POST", &path, r#"{"statusCode":200}"#).await;
        assert_eq!(posted.status, 202);
        assert_eq!(send(&api, "POST", &path, "{}").await.status, 400);
        next
    };
    let (invocation, next) = tokio::join!(api.invoke(b"{\"a\":1}".to_vec()), function);
    assert_eq!(invocation.outcome, Ok(json!({"statusCode": 200})));
    assert_eq!(next.body, b"{\"a\":1}");
    let header = |name: &str| next.headers[name].as_str();
    assert_eq!(header("lambda-runtime-aws-request-id"), invocation.request_id);
    assert_eq!(header("lambda-runtime-trace-id"), invocation.trace_id);
    assert!(header("lambda-runtime-invoked-function-arn").starts_with("arn:aws:lambda:"));
    let deadline: u128 = header("lambda-runtime-deadline-ms").parse().unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    assert!(deadline > now.as_millis() && deadline <= now.as_millis() + 15_000);
}

#[tokio::test]
async fn an_event_waits_for_a_connected_client() {
    let api = RuntimeApi::start().await;
    // A client that polls and disconnects must not swallow the event.
    let gone = tokio::time::timeout(Duration::from_millis(50), send(&api, "GET", "invocation/next", "")).await;
    assert!(gone.is_err());
    // While this is answered, the emulator notices that the other connection has closed.
    assert_eq!(send(&api, "GET", "nothing", "").await.status, 404);
    let function = async {
        let next = send(&api, "GET", "invocation/next", "").await;
        let id = &next.headers["lambda-runtime-aws-request-id"];
        send(&api, "POST", &format!("invocation/{id}/error"), "{}").await
    };
    let (invocation, _) = tokio::join!(api.invoke(b"1".to_vec()), function);
    assert_eq!(invocation.outcome, Err(json!({})));
}

#[tokio::test]
async fn init_errors_are_recorded_and_unknown_paths_return_404() {
    let api = RuntimeApi::start().await;
    assert!(!api.is_polled());
    assert_eq!(send(&api, "GET", "nothing", "").await.status, 404);
    let body = r#"{"errorType":"Settings"}"#;
    assert_eq!(send(&api, "POST", "init/error", body).await.status, 202);
    assert_eq!(api.init_error().await, json!({"errorType": "Settings"}));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the function did not respond within 11s")]
async fn a_missing_response_panics_instead_of_hanging() {
    let api = RuntimeApi::start().await;
    api.invoke_within(b"{}".to_vec(), Duration::from_secs(1)).await;
}
