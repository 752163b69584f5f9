//! One request through each supported trigger, and events from unsupported triggers.

use serde_json::{Value, json};

use crate::trigger::{self, load_balancer, multi_value_load_balancer, rest_api};
use crate::{Journey, Post, Subject, contract};

/// A marker that must appear neither in an error nor in a log line.
const CANARY: &str = "482915730648217";

/// The most memory that a request can use, in kB.
const MAX_KB: u64 = 96 * 1024;

const EXPECTED: &str =
    "expected an HTTP request: API Gateway HTTP API (payload 2.0) or REST API (1.0), a function URL, or an Application Load Balancer";

/// Every trigger delivers the same request with the same result.
pub async fn each_is_received(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let post = subject.post(subject.message("hello"));
    let encoded = Post { path: subject.path("my%20shop"), ..post.clone() };
    // The body is not UTF-8, so the event carries it as base64.
    let broken = subject.post(&b"{\"a\":\"\xff\"}"[..]);
    let mut events = Vec::new();
    for trigger in trigger::ALL {
        let delivered = journey.deliver_event(&trigger(&post)).await;
        assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1), "{}", trigger(&post));
        contract::check(subject, &post, &delivered, Some("shop"));
        let event = delivered.messages[0].json();
        // An event without an identity gets a new id each time.
        let id = event["id"].as_str().filter(|_| !event["data"]["message"]["id"].is_null()).map(str::to_owned);
        events.push((event["data"].clone(), id));

        let delivered = journey.deliver_event(&trigger(&encoded)).await;
        contract::check_event(subject, &delivered.messages[0].json(), Some("my shop"));
        assert_eq!(journey.deliver_event(&trigger(&broken)).await.answer.status, 400);
        assert_eq!(journey.quarantine.receive_all().await.len(), 1);
        let forged = post.clone().with(subject.header(), "00");
        assert_eq!(journey.deliver_event(&trigger(&forged)).await.answer.status, 401);
    }
    assert!(events.windows(2).all(|pair| pair[0] == pair[1]), "{events:?}");
    journey.assert_nothing_queued().await;
}

/// Every trigger gets the response format that it expects.
pub async fn each_is_answered(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let post = subject.post(subject.message("hello")).by("PUT");
    let headers = json!({"allow": "POST", "content-type": "application/problem+json"});
    let lists = json!({"allow": ["POST"], "content-type": ["application/problem+json"]});
    for (trigger, description, expected, lists) in [
        (Post::event as fn(&Post) -> Value, None, Some(&headers), None),
        (rest_api, None, Some(&headers), None),
        (load_balancer, Some("405 Method Not Allowed"), Some(&headers), None),
        (multi_value_load_balancer, Some("405 Method Not Allowed"), None, Some(&lists)),
    ] {
        let outcome = journey.function.invoke(trigger(&post).to_string().into_bytes()).await.outcome;
        let answer = outcome.unwrap_or_else(|error| panic!("no response: {error}"));
        assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(405), &json!(false)), "{answer}");
        assert_eq!(answer.get("statusDescription").and_then(Value::as_str), description, "{answer}");
        assert_eq!((answer.get("headers"), answer.get("multiValueHeaders")), (expected, lists), "{answer}");
        assert!(answer["body"].as_str().is_some_and(|body| body.contains("\"status\":405")), "{answer}");
    }
}

/// An event from an unsupported trigger fails with an error that names the supported ones, and does not count as a request.
pub async fn another_is_an_error(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let post = subject.post(subject.message(CANARY));
    let authorizer = |mut event: Value| {
        event["type"] = "REQUEST".into();
        event.to_string()
    };
    let records = |source: &str| json!({"Records": [{"messageId": CANARY, "body": "{}", "eventSource": source}]}).to_string();
    let websocket = json!({"routeKey": "$default", "eventType": "MESSAGE", "connectionId": CANARY, "stage": "prod"});
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut events = vec![
        records("aws:sqs"),
        records("aws:s3"),
        json!({"source": CANARY, "detail-type": "in.qikchat.message", "detail": {"path": "/acme", "httpMethod": "POST"}}).to_string(),
        json!({"requestContext": websocket, "body": CANARY, "isBase64Encoded": false}).to_string(),
        json!({"type": "TOKEN", "authorizationToken": CANARY, "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a/prod/GET/"})
            .to_string(),
        authorizer(post.event()),
        authorizer(rest_api(&post)),
        json!({"key1": CANARY, "key2": "value2", "key3": "value3"}).to_string(),
        json!({"version": "2.0", "path": "/acme", "method": "POST", "body": CANARY}).to_string(),
        // These are invalid before their end, so they are not parsed to the end.
        format!("{{\"path\":\"/\",\"path\":{CANARY}}}"),
        format!("{{\"httpMethod\":\"POST\",\"path\":{deep}}}"),
        deep,
    ];
    events.extend(["{}", "null", "true", "1", "[]", "[{}]"].map(str::to_owned));
    events.push(format!("\"{CANARY}\""));
    let invocations = events.len();
    for event in events {
        let invocation = journey.function.invoke(event.clone().into_bytes()).await;
        assert_eq!(invocation.outcome, Err(json!({"errorType": "Trigger.Unsupported", "errorMessage": EXPECTED})), "{event}");
        let line: Value = serde_json::from_str(&journey.function.log_with(&invocation.request_id).await).expect("a line in JSON");
        let fields = ["level", "message", "reason"].map(|name| line[name].as_str());
        assert_eq!(fields, [Some("ERROR"), Some(EXPECTED), Some("unsupported_trigger")], "{event}");
        // No metric counts it.
        assert_eq!(line.get("_aws"), None, "{line}");
    }
    journey.accepted(&subject.post(subject.message("hello"))).await;
    journey.assert_nothing_queued().await;
    let lines = journey.function.stop();
    assert_eq!(lines.len(), invocations + 1, "{lines:#?}");
    assert!(!lines.join("\n").contains(CANARY), "{lines:#?}");
}

/// Events of the maximum size and depth use a bounded amount of memory.
pub async fn memory_and_depth(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let post = subject.post(subject.message("hello"));
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(500_000), close.repeat(500_000));
    let short_values = |count: usize| {
        let members = (0..count).map(|number| format!("\"{number}\":\"\"")).collect::<Vec<_>>();
        format!("{{{}}}", members.join(","))
    };
    let long_list = format!("{{\"{}\":[{}\"\"]}}", "n".repeat(1_000_000), "\"\",".repeat(1_500_000));
    let with = |mut event: Value, name: &str, value: &str| {
        event.as_object_mut().expect("an object").remove(name);
        let event = event.to_string();
        format!("{},\"{name}\":{value}}}", &event[..event.len() - 1])
    };
    let mut events = Vec::new();
    for (name, value) in [
        ("new", deep("[", "]")),
        ("new", deep("{\"a\":", "}")),
        ("cookies", deep("[", "]")),
        ("new", short_values(400_000)),
        ("stageVariables", long_list.clone()),
    ] {
        events.push((200, with(post.event(), name, &value)));
    }
    // Members that are parsed: about as many as fit into an invocation's 6 MB payload.
    for name in ["headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters"] {
        for value in [short_values(400_000), long_list.clone(), deep("[", "]"), format!("{{\"a\":{}}}", deep("[", "]"))] {
            events.push((200, with(rest_api(&post), name, &value)));
        }
    }
    for body in [vec![b'"'; 3_000_000], vec![1; 1_000_000], vec![b'x'; 6_000_000], vec![0xff; 4_400_000]] {
        events.push((413, load_balancer(&subject.post(body)).to_string()));
    }
    for (status, event) in events {
        let outcome = journey.function.invoke(event.clone().into_bytes()).await.outcome;
        assert_eq!(outcome.map(|answer| answer["statusCode"].clone()), Ok(json!(status)), "{}", &event[..500]);
    }
    let peak = journey.function.peak_memory();
    assert!((1..MAX_KB).contains(&peak), "{peak} kB");
}
