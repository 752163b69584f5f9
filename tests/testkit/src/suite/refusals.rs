//! What is not queued, and how it is answered.

use serde_json::{Value, json};

use crate::{Answer, Delivered, Fault, FaultySqs, Journey, Post, Sqs, Subject};

const MAX_BYTES: usize = 1_048_576;

/// Requests without a valid proof, each with the reason that the log has to give. All are answered alike.
pub async fn unproven(subject: &Subject, posts: impl IntoIterator<Item = (&str, Post)>) {
    let journey = Journey::start(subject, &[]).await;
    unproven_at(subject, &journey, posts).await;
}

/// The same at a function that runs already.
pub async fn unproven_at(subject: &Subject, journey: &Journey, posts: impl IntoIterator<Item = (&str, Post)>) {
    let body = journey.deliver(&Post::new(&subject.path("shop"), "{}")).await.answer;
    let alike = without_instance(&body);
    for (reason, post) in posts {
        let delivered = journey.deliver(&post).await;
        let answer = &delivered.answer;
        assert_eq!(answer.status, 401, "{reason}: {post:?}");
        assert_problem(answer, 401, subject.challenge.map(|challenge| ("www-authenticate", challenge)));
        assert_eq!(without_instance(answer), alike);
        assert!(delivered.messages.is_empty());
        let log = refused_log(journey, &post, answer).await;
        assert_eq!(log["reason"], reason, "{log} of {post:?}");
    }
    journey.assert_nothing_queued().await;
}

/// Unknown paths and other methods, in that order; and events with next to nothing in them.
pub async fn routes(subject: &Subject, unknown: &[&str]) {
    let journey = Journey::start(subject, &[]).await;
    let common = ["", "shop", "/another/shop/more", "/favicon.ico/x"];
    for path in common.iter().chain(unknown) {
        for method in ["POST", "GET"] {
            let post = Post { path: (*path).to_owned(), ..subject.post("{}") }.by(method);
            let answer = journey.deliver(&post).await.answer;
            assert_problem(&answer, 404, None);
            refused_log(&journey, &post, &answer).await;
        }
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"] {
        let post = subject.post("{}").by(method);
        let answer = journey.deliver(&post).await.answer;
        assert_problem(&answer, 405, Some(("allow", "POST")));
        refused_log(&journey, &post, &answer).await;
    }
    for event in [json!({}), json!({"headers": null, "body": null, "requestContext": {}})] {
        let error = journey.function.invoke(event.to_string().into_bytes()).await.outcome.expect_err("an event that is no HTTP request");
        assert_eq!(error["errorType"], "Trigger.Unsupported");
    }
    journey.assert_nothing_queued().await;
}

/// Bodies that cannot fit: before the proof by their escaped size, after it exactly.
pub async fn too_large(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let path = subject.path("shop");
    for body in ["x".repeat(MAX_BYTES + 1), "\"".repeat(MAX_BYTES / 2 + 1), "\u{1}".repeat(MAX_BYTES / 6 + 1)] {
        let answer = journey.deliver(&Post::new(&path, body)).await.answer;
        assert_problem(&answer, 413, None);
        let log = journey.log(&answer).await;
        assert_eq!((&log["reason"], &log["key_position"], &log["level"]), (&json!("too_large"), &Value::Null, &json!("WARN")));
    }
    // Small enough for a look at its proof, which is missing.
    assert_eq!(journey.deliver(&Post::new(&path, "x".repeat(MAX_BYTES - 10))).await.answer.status, 401);

    // The text stands in the envelope twice.
    let twice = (subject.message)(&"word ".repeat(140_000));
    let answer = journey.deliver(&subject.post(twice)).await.answer;
    assert_problem(&answer, 413, None);
    assert_eq!(journey.log(&answer).await["key_position"], 0);

    // To the byte, as SQS counts: a time of receipt has up to four characters less in one of a thousand.
    let padded = |length: usize| subject.post(subject.unknown(&format!("\"{}\"", "p".repeat(length))));
    let message = journey.accepted(&padded(0)).await;
    let attributes = message.attributes.iter().map(|(name, value)| name.len() + "String".len() + value.len());
    let time = message.json()["time"].as_str().expect("a time").len();
    let size = message.body.len() + attributes.sum::<usize>() + 24 - time;
    let largest = journey.deliver(&padded(MAX_BYTES - size)).await;
    assert_eq!((largest.answer.status, largest.messages.len()), (200, 1));
    let over = journey.deliver(&padded(MAX_BYTES - size + 5)).await;
    assert_problem(&over.answer, 413, None);
    journey.assert_nothing_queued().await;
}

/// Bodies that prove themselves and are malformed, by reason.
pub async fn malformed(subject: &Subject, own: &[(&str, &[u8])]) {
    let common: [(&str, &[u8]); 12] = [
        ("not_json", b""),
        ("not_json", b" "),
        ("not_json", b"{"),
        ("not_json", b"{\"a\":1,}"),
        ("not_json", b"{} {}"),
        ("not_json", b"a=1&b=2"),
        ("not_json", b"{\"a\":\"\xff\"}"),
        ("not_json", b"\xff\xfe{\0}\0"),
        ("scalar", b"null"),
        ("scalar", b"\"text\""),
        ("scalar", b"12"),
        ("scalar", b" true"),
    ];
    let journey = Journey::start(subject, &[]).await;
    for (reason, body) in common.iter().chain(own) {
        let post = subject.post(*body);
        let delivered = journey.deliver(&post).await;
        assert_problem(&delivered.answer, 400, None);
        assert!(delivered.messages.is_empty());
        let messages = journey.quarantine.receive_all().await;
        quarantined(subject, &post, &Delivered { messages, ..delivered.clone() }, reason);
        let log = journey.log(&delivered.answer).await;
        let fields = ["level", "reason", "queue", "kind", "key_position"].map(|name| log[name].clone());
        assert_eq!(fields, [json!("WARN"), json!(reason), json!("quarantine"), json!("unknown"), json!(0)], "{log}");
    }

    // Without a quarantine queue they go to the main one.
    let journey = Journey::start(subject, &[("QUARANTINE_QUEUE_URL", "")]).await;
    let post = subject.post("{");
    let delivered = journey.deliver(&post).await;
    assert_problem(&delivered.answer, 400, None);
    quarantined(subject, &post, &delivered, "not_json");

    // And to no queue: then it is our failure.
    let missing = journey.queue.url().to_owned() + "-gone";
    let journey = Journey::start(subject, &[("QUARANTINE_QUEUE_URL", &missing), ("QUEUE_URL", &missing)]).await;
    let answer = journey.deliver(&post).await.answer;
    assert_problem(&answer, 503, Some(("retry-after", "1")));
}

fn quarantined(subject: &Subject, post: &Post, delivered: &Delivered, reason: &str) {
    assert_eq!(delivered.messages.len(), 1, "{post:?}");
    crate::contract::check(subject, post, delivered, Some("shop"), |_| crate::contract::Identity::Fresh);
    assert_eq!(delivered.messages[0].attributes["reason"], reason);
    assert_eq!(delivered.messages[0].json()["data"]["kind"], "unknown");
}

/// No queue takes the event.
pub async fn not_queued(subject: &Subject) {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let journey = Journey::start(subject, &[("AWS_ENDPOINT_URL_SQS", &sqs.endpoint()), ("ACK_BUDGET_MS", "2000")]).await;
    let post = subject.post((subject.message)("hello"));
    for (fault, reasons) in [
        (Fault::MissingQueue, &["AWS.SimpleQueueService.NonExistentQueue"][..]),
        (Fault::Deny, &["AccessDenied"]),
        (Fault::Unavailable, &["ServiceUnavailable", "timeout"]),
        (Fault::Hang, &["timeout"]),
    ] {
        sqs.set(fault);
        let delivered = journey.deliver(&post).await;
        assert_problem(&delivered.answer, 503, Some(("retry-after", "1")));
        assert!(delivered.messages.is_empty());
        let log = journey.log(&delivered.answer).await;
        assert_eq!((&log["level"], &log["status"]), (&json!("ERROR"), &json!(503)), "{log}");
        assert!(reasons.iter().any(|reason| log["reason"] == *reason), "{log}");
    }
    sqs.set(Fault::Pass);
    journey.accepted(&post).await;
    journey.assert_nothing_queued().await;
}

/// Checks an answer that is an RFC 9457 problem with these headers and no others.
pub fn assert_problem(answer: &Answer, status: u16, header: Option<(&str, &str)>) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let problem = answer.json();
    let names: Vec<&String> = problem.as_object().expect("a problem").keys().collect();
    assert_eq!(names, ["detail", "instance", "status", "title", "type"]);
    assert_eq!((&problem["status"], &problem["instance"]), (&json!(status), &json!(answer.request_id)));
    assert!(["detail", "title", "type"].iter().all(|name| problem[name].as_str().is_some_and(|text| !text.is_empty())));
    let mut headers = vec![("content-type", "application/problem+json")];
    headers.extend(header);
    headers.sort_unstable();
    let actual: Vec<(&str, &str)> = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(actual, headers);
}

/// The line of a request that was refused before it proved itself: nothing of the request is in it.
async fn refused_log(journey: &Journey, post: &Post, answer: &Answer) -> Value {
    let log = journey.log(answer).await;
    assert_eq!((&log["level"], &log["status"]), (&json!("WARN"), &json!(answer.status)), "{log}");
    for name in ["channel", "kind", "event_id", "key_position", "queue", "path"] {
        assert!(log[name].is_null(), "{name} of {log}");
    }
    let line = log.to_string();
    let values = post.headers.iter().filter(|(name, _)| name != "host").map(|(_, value)| value.trim());
    for part in values.chain([post.path.as_str(), "shop"]).filter(|part| part.len() > 3) {
        assert!(!line.contains(part), "{part} is in {line}");
    }
    log
}

fn without_instance(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem["instance"] = Value::Null;
    problem
}
