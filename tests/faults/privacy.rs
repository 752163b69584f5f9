//! What log lines, responses and everything around an event's data must not contain, on paths that only faults reach.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use testkit::{Fault, Post, StoredMessage, demo_env, emf};

use crate::place::{Place, Setup};
use crate::role::{ROLES, Role};
use crate::trouble::Trouble;

/// A number that no clock, ID or counter of a test reaches. It consists of digits, which survive the
/// normalization of phone numbers.
const CANARY: &str = "482915730648217";
/// Members that determine a body's shape.
const SHAPE: [&str; 6] = ["type", "status", "event", "object", "_v", "field"];

/// Returns the role's sample with a canary in every string, number and header, and in the query.
fn planted(role: &Role) -> Post {
    let mut body: Value = serde_json::from_slice(&role.sample().body).expect("a sample in JSON");
    plant(&mut body);
    let mut post = role.post(body.to_string()).with("user-agent", CANARY).with("x-forwarded-for", CANARY).with("cookie", CANARY);
    post.query = format!("token={CANARY}&{CANARY}");
    post
}

fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| !SHAPE.contains(&name.as_str())).for_each(|(_, value)| plant(value))
        }
        Value::Array(values) => values.iter_mut().for_each(plant),
        Value::String(text) => text.push_str(CANARY),
        Value::Number(number) => *number = CANARY.parse().expect("a number"),
        _ => {}
    }
}

#[tokio::test]
async fn no_fault_makes_anything_private_public() {
    let cases = ROLES.iter().flat_map(|role| [false, true].map(|fallback| (role, fallback)));
    stream::iter(cases).for_each_concurrent(5, |(role, fallback)| sweep(role, fallback)).await;
}

/// Takes one process through every kind of trouble, at both the main and the fallback queue.
async fn sweep(role: &Role, fallback: bool) {
    let place = Place::start(role, Setup { budget_ms: Some(150), fallback, fifo: false }).await;
    let post = planted(role);
    let mut private: Vec<String> = demo_env().into_iter().flat_map(|(_, secret)| [STANDARD.encode(&secret), secret]).collect();
    private.extend([CANARY.to_owned(), STANDARD.encode(CANARY), "test-secret-access-key".to_owned(), "test-session-token".to_owned()]);
    private.extend(["x-signature", "authentication", "authorization"].into_iter().filter_map(|name| post.header(name)).map(str::to_owned));

    let mut statuses = Vec::new();
    let mut seen = Vec::new();
    for (_, trouble) in Trouble::all() {
        for side in [&place.main, &place.fallback] {
            trouble.last(&side.sqs).await;
        }
        let answer = place.function.invoke_http(&post.event()).await;
        statuses.push(answer.status);
        seen.push(format!("{:?} {}", answer.headers, answer.text()));
        for side in [&place.main, &place.fallback] {
            side.sqs.set(Fault::Pass);
            side.sqs.accept().await;
        }
    }
    assert!(statuses.contains(&503) && statuses.iter().all(|status| [200, 503].contains(status)), "{}: {statuses:?}", role.name);
    let mut messages = 0;
    for side in [&place.main, &place.fallback, &place.quarantine] {
        let stored = side.queue.receive().await;
        messages += stored.len();
        seen.extend(stored.iter().map(StoredMessage::around_data));
    }
    assert!(messages > 0, "{}: nothing was queued", role.name);
    let lines = place.function.stop();
    assert!(lines.len() >= statuses.len(), "{}: {lines:#?}", role.name);
    assert!(emf::all(&lines).len() >= statuses.len(), "{}: {lines:#?}", role.name);
    for text in seen.iter().chain(&lines) {
        for part in &private {
            assert!(!text.contains(part.as_str()), "{}: {part:?} is in {text}", role.name);
        }
    }
}
