//! Requests that are not queued, and the responses to them.

mod basic;
mod hmac_sha1;
mod jwt;
mod sender;
mod token;

use serde_json::{Value, json};
use shared::verify::Scheme;

use crate::{Answer, Fault, FaultySqs, Journey, Post, Sqs, Subject, contract};

use sender::{SECRET, Sender};

/// Requests without a valid proof, each with the reason that must be logged.
type Wrong = Vec<(&'static str, Post)>;

/// Refuses requests without a valid proof: covers every way in which the scheme's proof can be invalid. All get the
/// same response.
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

/// Accepts proofs that differ from the usual one only in form.
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

/// Checks that a running function refuses requests without a valid proof.
pub async fn unproven_at(subject: &Subject, journey: &Journey, posts: impl IntoIterator<Item = (&str, Post)>) {
    let body = journey.deliver(&Post::new(&subject.path("shop"), "{}")).await.answer;
    let expected = without_instance(&body);
    for (reason, post) in posts {
        let delivered = journey.deliver(&post).await;
        let answer = &delivered.answer;
        assert_eq!(answer.status, 401, "{reason}: {post:?}");
        assert_problem(answer, 401, subject.challenge().map(|challenge| ("www-authenticate", challenge)));
        assert_eq!(without_instance(answer), expected);
        assert!(delivered.messages.is_empty());
        let log = refused_log(journey, &post, answer).await;
        assert_eq!(log["reason"], reason, "{log} of {post:?}");
        assert_eq!((&log["Refused"], &log["Rejected"]), (&json!(1.0), &Value::Null), "{log}");
    }
    journey.assert_nothing_queued().await;
}

/// Returns 503 if no queue accepts the event.
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

/// Checks that a response is an RFC 9457 problem with exactly these headers.
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

/// Returns the log line of a request that was refused before verification, and checks that it
/// contains nothing from the request.
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
