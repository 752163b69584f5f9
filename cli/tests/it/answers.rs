//! The gateway's responses, and what the terminal shows of them.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::header::HeaderValue;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::Sqs;

use crate::client::client;
use crate::gateway::{Gateway, PATIENCE};
use crate::rows::rows;

const TOKEN: (&str, &str) = ("authentication", "Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==");
const MEBIBYTE: usize = 1024 * 1024;

async fn call(gateway: &Gateway, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Response {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let request = client().request(method, format!("{}{path}", gateway.origin)).body(body);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.expect("a response")
}

async fn problem(response: Response) -> Value {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status().as_u16();
    let problem: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["instance"].as_str().map(str::len), Some(36), "{problem}");
    problem
}

#[tokio::test]
async fn each_refusal_is_a_problem_and_a_line() {
    let gateway = Gateway::start();
    let instance = problem(call(&gateway, "POST", "/hush", &[], "hush").await).await["instance"].clone();
    let [arrived, answered] = gateway.arrows();
    assert_eq!(arrived, "--> unknown path 4 B");
    assert!(answered.ends_with(" ms no webhook has this path; the paths of all webhooks are listed at startup"), "{answered}");
    let other = problem(call(&gateway, "POST", "/hush", &[], "").await).await["instance"].clone();
    assert_ne!(instance, other);
    gateway.arrows();

    for method in ["GET", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let response = call(&gateway, method, "/kommo/shop", &[], "").await;
        assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &HeaderValue::from_static("POST")), "{method}");
        problem(response).await;
        assert_eq!(gateway.arrows()[0], "--> kommo 0 B");
    }

    for bytes in [MEBIBYTE + 1, 6 * MEBIBYTE, 6 * MEBIBYTE + 1, 9 * MEBIBYTE] {
        let response = call(&gateway, "POST", "/kommunicate", &[TOKEN], vec![b'7'; bytes]).await;
        assert_eq!(response.status(), 413, "{bytes}");
        problem(response).await;
        assert_eq!(gateway.arrows()[0], format!("--> kommunicate {bytes} B"));
    }
    assert!(rows(&gateway.queue_file()).is_empty());
}

#[tokio::test]
async fn a_malformed_body_with_a_valid_proof_is_quarantined() {
    let gateway = Gateway::start();
    let response = call(&gateway, "POST", "/kommunicate/shop", &[TOKEN], "{\"message\":\"hush").await;
    assert_eq!(response.status(), 400);
    problem(response).await;
    let row = &rows(&gateway.queue_file())[0];
    assert_eq!((row.queue.as_str(), row.reason.as_deref()), ("quarantine", Some("not_json")));
    let [arrived, answered] = gateway.arrows();
    assert_eq!(arrived, "--> kommunicate unknown 16 B verified (key 0)");
    assert!(answered.ends_with(&format!("the body is not JSON; quarantined {}", row.event_id)), "{answered}");
}

#[tokio::test]
async fn a_refused_proof_is_explained_and_never_shown() {
    let settings =
        [("KOMMO_SECRET", r#"{"shop":"hush-kommo"}"#), ("KORE_TOKEN_HEADER", "x-kore-token"), ("KORE_ACCESS_TOKEN", "hush-kore")];
    let gateway = Gateway::start_with(&settings);
    let body = r#"{"text":"hush-text","from":"hush-name","phone":"4915112345678"}"#;
    let signature = "hush0123456789abcdef0123456789abcdef0123";
    for (path, headers, status, reason) in [
        ("/kommo/shop", vec![], 401, "the header with the proof is missing; expected in the header x-signature, by KOMMO_SECRET"),
        (
            "/kommo/shop",
            vec![("x-signature", signature)],
            401,
            "the header with the proof is malformed; expected in the header x-signature, by KOMMO_SECRET",
        ),
        (
            "/kommo/shop",
            vec![("x-signature", "da39a3ee5e6b4b0d3255bfef95601890afd80709")],
            401,
            "the signature was made with another secret or over other bytes; expected in the header x-signature, by KOMMO_SECRET",
        ),
        (
            "/kommo/hush-scope",
            vec![("x-signature", signature)],
            401,
            "the keyring has no secret for the channel in the path; add one to KOMMO_SECRET",
        ),
        (
            "/kommunicate",
            vec![("authentication", "Basic aHVzaA==")],
            401,
            "the token or login does not match an accepted secret; expected in the header authentication, by KOMMUNICATE_TOKEN",
        ),
        (
            "/kore/callback/bot",
            vec![("authorization", "bearer hush-kore")],
            401,
            "the header with the proof is missing; expected in the header x-kore-token, by KORE_ACCESS_TOKEN",
        ),
        (
            "/kore/chatbot/hooks/bot",
            vec![("authorization", "bearer hush.hush.hush")],
            401,
            "expected in the header authorization, by KORE_CLIENT",
        ),
        ("/qikchat", vec![("authorization", "Bearer hush")], 401, "expected in the header authorization, by QIKCHAT_LOGIN"),
    ] {
        let response = call(&gateway, "POST", path, &headers, body).await;
        assert_eq!(response.status(), status, "{path}");
        let problem = problem(response).await;
        assert_eq!(problem["detail"], "the request does not prove that the provider sent it");
        let [arrived, answered] = gateway.arrows();
        assert!(arrived.ends_with(" B refused") && answered.ends_with(reason), "{arrived}\n{answered}");
        assert!(!format!("{arrived}{answered}{problem}").contains("hush"), "{arrived}\n{answered}");
        assert!(!format!("{arrived}{answered}").contains("4915112345678"));
    }
    assert!(rows(&gateway.queue_file()).is_empty());
}

#[test]
fn non_text_bytes_and_duplicate_headers_are_accepted_as_in_lambda() {
    let gateway = Gateway::start();
    let address = gateway.origin.trim_start_matches("http://").to_owned();
    let raw = |headers: &[u8]| {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let head: &[&[u8]] =
            &[b"POST /kommunicate HTTP/1.1\r\nhost: a b\r\nconnection: close\r\ncontent-length: 2\r\n", headers, b"\r\n{}"];
        stream.write_all(&head.concat()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("a response");
        answer.lines().next().expect("a status").to_owned()
    };
    assert_eq!(raw(b"authentication: Basic \xff\xfe\r\n"), "HTTP/1.1 401 Unauthorized");
    assert_eq!(raw(b"x-name: Zo\xeb\r\nauthentication: Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==\r\n"), "HTTP/1.1 200 OK");
    // Joined with a comma, as API Gateway does, so not a valid token.
    let twice = b"authentication: Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==\r\nauthentication: Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==\r\n";
    assert_eq!(raw(twice), "HTTP/1.1 401 Unauthorized");
    assert_eq!(rows(&gateway.queue_file()).len(), 1);
}

#[tokio::test]
async fn a_base_path_can_precede_every_path() {
    let gateway = Gateway::start_with(&[("BASE_PATH", "/hooks")]);
    assert!(gateway.banner.join("\n").contains(&format!("{}/hooks/kommunicate/{{channel}}", gateway.origin)), "{:?}", gateway.banner);
    for path in ["/hooks/kommunicate/shop", "/kommunicate/shop"] {
        assert_eq!(call(&gateway, "POST", path, &[TOKEN], r#"{"key":"k","message":"Hello"}"#).await.status(), 200, "{path}");
        assert!(gateway.arrows()[0].starts_with("--> kommunicate message "));
    }
    assert_eq!(call(&gateway, "POST", "/other/kommunicate/shop", &[TOKEN], "{}").await.status(), 404);
    let rows = rows(&gateway.queue_file());
    assert_eq!((rows.len(), &rows[0].event_id, rows[0].event["source"].as_str()), (2, &rows[1].event_id, Some("/kommunicate/shop")));
}

#[tokio::test]
async fn every_message_of_a_conversation_is_a_separate_event() {
    let gateway = Gateway::start();
    let messages: Vec<Value> = (0..60).map(|number| json!({"key": number.to_string(), "groupId": 1, "message": "Hello"})).collect();
    assert_eq!(call(&gateway, "POST", "/kommunicate", &[TOKEN], json!(messages).to_string()).await.status(), 200);
    let rows = rows(&gateway.queue_file());
    assert_eq!((rows.len(), &rows[59].event["data"]["original"]["part"]), (60, &json!({"index": 59, "count": 60})));
    assert!(rows.iter().all(|row| row.event["subject"] == rows[0].event["subject"]));
}

#[tokio::test]
async fn the_configured_reply_is_returned() {
    let gateway = Gateway::start_with(&[("KORE_REPLY", "Hi there")]);
    let command = gateway.banner.iter().find(|line| line.starts_with("curl ") && line.contains("/hooks/")).expect("a command");
    let token = command.split('\'').find_map(|word| word.strip_prefix("authorization: ")).expect("a token");
    let body = r#"{"message":{"text":"Hello"},"from":{"id":"ada"}}"#;
    let response = call(&gateway, "POST", "/kore/chatbot/hooks/bot", &[("authorization", token)], body).await;
    assert_eq!((response.status().as_u16(), response.text().await.expect("a body").as_str()), (200, r#"{"text":"Hi there"}"#));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_queue_url_events_go_to_sqs() {
    let queue = Sqs::start().create_queue("cli").await;
    let gateway = Gateway::start_with(&[
        ("QUEUE_URL", queue.url()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ]);
    assert!(gateway.banner.join("\n").contains(&format!("queue: {} (SQS)", queue.url())));
    let response = call(&gateway, "POST", "/kommunicate", &[TOKEN], r#"{"key":"k","message":"Hello"}"#).await;
    assert_eq!(response.status(), 200);
    let messages = queue.receive_at_least(1).await;
    assert!(gateway.arrows()[1].contains("queued kommunicate-"));
    assert_eq!(messages.len(), 1);
    assert!(!gateway.queue_file().exists());
}
