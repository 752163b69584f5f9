//! What is not queued, and how it is answered.

mod basic;
mod hmac_sha1;
mod jwt;
mod sender;
mod token;

use serde_json::{Value, json};
use shared::verify::Scheme;

use crate::subject::member;
use crate::{Answer, Delivered, Fault, FaultySqs, Journey, Post, Sqs, Subject, contract};

use sender::{SECRET, Sender};

/// Requests without a valid proof, each with the reason that the log has to give.
type Wrong = Vec<(&'static str, Post)>;

/// Requests without a valid proof are refused: every way in which the scheme's proof can be wrong, and each is answered alike.
pub async fn unproven(subject: &Subject) {
    let sender = Sender::of(subject);
    let cases = match subject.webhook.scheme {
        Scheme::HmacSha1(scheme) => hmac_sha1::wrong(&sender, scheme),
        Scheme::Basic(scheme) => basic::wrong(&sender, scheme),
        Scheme::Token(scheme) => token::wrong(&sender, scheme),
        Scheme::Jwt(scheme) => jwt::wrong(&sender, scheme),
    };
    assert!(cases.len() >= 15, "{} cases", cases.len());
    let journey = Journey::start(subject, &[(subject.webhook.keyring, SECRET)]).await;
    unproven_at(subject, &journey, cases).await;
}

/// What differs from the usual proof in form alone is accepted.
pub async fn proven(subject: &Subject) {
    let sender = Sender::of(subject);
    let cases = match subject.webhook.scheme {
        Scheme::HmacSha1(_) => hmac_sha1::right(&sender),
        Scheme::Basic(scheme) => basic::right(&sender, scheme),
        Scheme::Token(scheme) => token::right(&sender, scheme),
        Scheme::Jwt(scheme) => jwt::right(&sender, scheme),
    };
    let journey = Journey::start(subject, &[(subject.webhook.keyring, SECRET)]).await;
    for post in cases {
        let delivered = journey.deliver(&post).await;
        assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1), "{post:?}");
        contract::check(subject, &post, &delivered, Some("shop"));
    }
    basic::any_login(subject).await;
}

/// Requests without a valid proof, to a function that runs already.
pub async fn unproven_at(subject: &Subject, journey: &Journey, posts: impl IntoIterator<Item = (&str, Post)>) {
    let body = journey.deliver(&Post::new(&subject.path("shop"), "{}")).await.answer;
    let alike = without_instance(&body);
    for (reason, post) in posts {
        let delivered = journey.deliver(&post).await;
        let answer = &delivered.answer;
        assert_eq!(answer.status, 401, "{reason}: {post:?}");
        assert_problem(answer, 401, subject.challenge().map(|challenge| ("www-authenticate", challenge)));
        assert_eq!(without_instance(answer), alike);
        assert!(delivered.messages.is_empty());
        let log = refused_log(journey, &post, answer).await;
        assert_eq!(log["reason"], reason, "{log} of {post:?}");
        assert_eq!((&log["Refused"], &log["Rejected"]), (&json!(1.0), &Value::Null), "{log}");
    }
    journey.assert_nothing_queued().await;
}

/// Bodies that prove themselves and are malformed, by reason.
pub async fn malformed(subject: &Subject) {
    let common: [(&str, &[u8]); 16] = [
        ("not_json", b""),
        ("not_json", b" "),
        ("not_json", b"\n"),
        ("not_json", b"{"),
        ("not_json", b"{\"event\":\"whatsapp:message:in\""),
        ("not_json", b"{\"a\":1,}"),
        ("not_json", b"[{},]"),
        ("not_json", b"{} {}"),
        ("not_json", b"{}\n{}\n"),
        ("not_json", b"a=1&b=2"),
        ("not_json", b"{\"a\":\"\xff\"}"),
        ("not_json", b"\xff\xfe{\0}\0"),
        ("scalar", b"null"),
        ("scalar", b"\"text\""),
        ("scalar", b"12"),
        ("scalar", b" true"),
    ];
    let journey = Journey::start(subject, &[]).await;
    let common = common.into_iter().map(|(reason, body)| (reason, body.to_vec()));
    for (reason, body) in common.chain(without_mandatory(subject)) {
        let post = subject.post(body);
        let delivered = journey.deliver(&post).await;
        assert_problem(&delivered.answer, 400, None);
        if let ("missing_field", Some(path)) = (reason, subject.mandatory()) {
            let detail = delivered.answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains(&format!("`{}`", path.join("."))), "{detail}");
        }
        assert!(delivered.messages.is_empty());
        let messages = journey.quarantine.receive_all().await;
        quarantined(subject, &post, &Delivered { messages, is_fifo: false, ..delivered.clone() }, reason);
        let log = journey.log(&delivered.answer).await;
        let fields = ["level", "reason", "queue", "kind", "key_position", "Quarantined"].map(|name| log[name].clone());
        assert_eq!(fields, [json!("WARN"), json!(reason), json!("quarantine"), json!("unknown"), json!(0), json!(1.0)], "{log}");
        assert_eq!((&log["Refused"], &log["Rejected"]), (&Value::Null, &Value::Null), "{log}");
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

/// Bodies without the mandatory member, on each level of its path.
fn without_mandatory(subject: &Subject) -> Vec<(&'static str, Vec<u8>)> {
    let Some(path) = subject.mandatory() else { return Vec::new() };
    let example: Value = serde_json::from_str(subject.webhook.example).expect("an example in JSON");
    let mut bodies = vec!["{}".to_owned(), "[]".to_owned(), format!("[{example}]")];
    for depth in 1..=path.len() {
        let values = ["null", "\"\"", "[]", "{}", "false"];
        let values = values.into_iter().chain((depth < path.len()).then_some("\"lena\""));
        bodies.extend(values.map(|value| format!("{{{}}}", member(&path[..depth], value))));
    }
    let mut other = example;
    other.as_object_mut().expect("an object").remove(path[0]);
    bodies.push(other.to_string());
    bodies.into_iter().map(|body| ("missing_field", body.into_bytes())).collect()
}

fn quarantined(subject: &Subject, post: &Post, delivered: &Delivered, reason: &str) {
    assert_eq!(delivered.messages.len(), 1, "{post:?}");
    contract::check(subject, post, delivered, Some("shop"));
    assert_eq!(delivered.messages[0].attributes["reason"], reason);
    let data = &delivered.messages[0].json()["data"];
    assert_eq!((&data["kind"], &data["warnings"]), (&json!("unknown"), &json!([reason])));
}

/// No queue takes the event.
pub async fn not_queued(subject: &Subject) {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let journey = Journey::start(subject, &[("AWS_ENDPOINT_URL_SQS", &sqs.endpoint()), ("ACK_BUDGET_MS", "2000")]).await;
    let post = subject.post(subject.message("hello"));
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
        assert_eq!((&log["level"], &log["status"], &log["EnqueueFailed"]), (&json!("ERROR"), &json!(503), &json!(1.0)), "{log}");
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
pub(super) async fn refused_log(journey: &Journey, post: &Post, answer: &Answer) -> Value {
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
