//! Malformed bodies with a valid proof: a 400 means that a queue, no matter which, holds the bytes.

use std::time::Duration;

use futures_util::future::join_all;
use testkit::{Fault, Queue};

use crate::place::{Place, Setup};
use crate::role::{KOMMO, ROLES, Role};

const BUDGET_MS: u64 = 3000;
const BODY: &str = "{\"a\": 1,";

/// Returns the original bodies of the events in a queue.
async fn bodies(queue: &Queue) -> Vec<String> {
    let messages = queue.receive_all().await;
    messages.iter().map(|message| message.json()["data"]["original"]["body"].as_str().expect("a body").to_owned()).collect()
}

#[tokio::test]
async fn the_next_queue_in_line_replaces_a_failing_quarantine() {
    join_all(ROLES.iter().map(next_in_line)).await;
}

async fn next_in_line(role: &Role) {
    let place = Place::start(role, Setup { budget_ms: Some(BUDGET_MS), fallback: true, fifo: false }).await;
    let sides = [&place.quarantine, &place.main, &place.fallback];
    for (broken, name) in ["quarantine", "main", "fallback"].into_iter().enumerate() {
        for fault in [Fault::Hang, Fault::Deny] {
            for side in &sides[..broken] {
                side.sqs.set(fault.clone());
            }
            let answer = place.function.invoke_http(&role.post(BODY).event()).await;
            let case = format!("{}, {name}, {fault:?}: {}", role.name, answer.text());
            assert_eq!(answer.status, 400, "{case}");
            assert!(answer.duration < Duration::from_millis(BUDGET_MS + 500), "{:?}, {case}", answer.duration);
            assert_eq!(place.log(&answer).await["queue"], name, "{case}");
            for (number, side) in sides.iter().enumerate() {
                let expected: &[&str] = if number == broken { &[BODY] } else { &[] };
                assert_eq!(bodies(&side.queue).await, expected, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn the_sender_gets_503_if_no_queue_accepts_the_body() {
    let place = Place::start(&KOMMO, Setup { budget_ms: Some(BUDGET_MS), fallback: true, fifo: false }).await;
    for fault in [Fault::Hang, Fault::Unavailable, Fault::Deny, Fault::EmptyJson] {
        for side in [&place.quarantine, &place.main, &place.fallback] {
            side.sqs.set(fault.clone());
        }
        let answer = place.function.invoke_http(&KOMMO.post(BODY).event()).await;
        assert_eq!(answer.status, 503, "{fault:?}");
        assert!(answer.duration < Duration::from_millis(BUDGET_MS + 500), "{fault:?}: {:?}", answer.duration);
        assert_eq!(place.log(&answer).await["level"], "ERROR");
    }
}
