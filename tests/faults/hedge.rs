//! The fallback queue: when it is used, and which of two acknowledgments counts.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use testkit::Fault;

use crate::kept::Kept;
use crate::place::{Place, Setup};
use crate::role::{KOMMO, KOMMUNICATE, Role};

const BUDGET_MS: u64 = 2400;
const THIRD: Duration = Duration::from_millis(BUDGET_MS / 3);

async fn place(role: &Role) -> Place {
    Place::start(role, Setup { budget_ms: Some(BUDGET_MS), fallback: true, fifo: false }).await
}

/// Returns the time between the first request to the main queue and the first request to the fallback queue.
fn head_start(place: &Place) -> Duration {
    place.fallback.sqs.requests()[0].at - place.main.sqs.requests()[0].at
}

#[tokio::test]
async fn it_starts_after_a_third_of_the_budget_when_the_main_queue_hangs() {
    let place = place(&KOMMO).await;
    place.main.sqs.set(Fault::Hang);
    let answer = place.function.invoke_http(&KOMMO.sample().event).await;
    assert_eq!(answer.status, 200);
    let waited = head_start(&place);
    assert!(waited > THIRD / 2 && waited < THIRD + Duration::from_millis(600), "{waited:?}");
    let log = place.log(&answer).await;
    assert_eq!((&log["queue"], &log["level"]), (&"fallback".into(), &"INFO".into()), "{log}");
}

#[tokio::test]
async fn it_starts_immediately_when_the_main_queue_refuses_permanently() {
    for fault in [Fault::Deny, Fault::MissingQueue] {
        let place = place(&KOMMO).await;
        place.main.sqs.set(fault.clone());
        let answer = place.function.invoke_http(&KOMMO.sample().event).await;
        assert_eq!(answer.status, 200);
        assert!(head_start(&place) < THIRD / 2, "{fault:?}: {:?}", head_start(&place));
        assert_eq!(place.main.sqs.requests().len(), 1, "{fault:?}: a permanent refusal is not retried");
        assert_eq!(place.log(&answer).await["queue"], "fallback");
    }
}

#[tokio::test]
async fn it_is_not_used_while_the_main_queue_responds() {
    let place = place(&KOMMO).await;
    for fault in [Fault::Pass, Fault::Unavailable, Fault::Close] {
        place.main.sqs.script([fault]);
        let answer = place.function.invoke_http(&KOMMO.sample().event).await;
        assert_eq!(answer.status, 200);
        assert_eq!(place.log(&answer).await["queue"], "main");
    }
    assert!(place.fallback.sqs.requests().is_empty());
}

#[tokio::test]
async fn the_main_queue_is_still_retried_and_can_win() {
    let place = place(&KOMMO).await;
    place.fallback.sqs.set(Fault::Hang);
    place.main.sqs.script([Fault::Hang]);
    let answer = place.function.invoke_http(&KOMMO.sample().event).await;
    assert_eq!((answer.status, place.main.queue.receive_all().await.len()), (200, 1));
    assert_eq!(place.log(&answer).await["queue"], "main");
}

#[tokio::test]
async fn it_takes_over_what_the_main_queue_has_not_acknowledged() {
    let place = place(&KOMMUNICATE).await;
    place.main.sqs.set(Fault::Hang);
    place.main.sqs.script([Fault::Pass]);
    let event = |n| json!({"key": format!("k-{n}"), "from": "ana", "groupId": n, "message": "hello"});
    let body = json!((0..25).map(event).collect::<Vec<_>>()).to_string();
    let answer = place.function.invoke_http(&KOMMUNICATE.post(body).event()).await;
    assert_eq!(answer.status, 200);
    let (main, fallback) = (place.main.queue.receive_all().await, place.fallback.queue.receive_all().await);
    let ids: BTreeSet<_> = main.iter().chain(&fallback).map(|message| message.json()["id"].to_string()).collect();
    assert_eq!((main.len(), fallback.len(), ids.len()), (10, 15, 25));
    let log = place.log(&answer).await;
    assert_eq!((&log["queue"], &log["FallbackUsed"]), (&json!("fallback"), &json!(1.0)), "{log}");
}

#[tokio::test]
async fn both_copies_have_the_same_id() {
    let place = place(&KOMMUNICATE).await;
    let sample = KOMMUNICATE.sample();
    place.main.sqs.set(Fault::LoseAnswer);
    assert_eq!(place.function.invoke_http(&sample.event).await.status, 200);
    let main = Kept::read(&KOMMUNICATE, &place.main.queue.receive_all().await);
    let fallback = Kept::read(&KOMMUNICATE, &place.fallback.queue.receive_all().await);
    assert!(main.all() && fallback.all());
    assert_eq!(main, fallback);
}

#[tokio::test]
async fn two_dead_queues_are_a_503_in_time() {
    for (main, fallback, in_time) in
        [(Fault::Hang, Fault::Hang, Duration::from_millis(BUDGET_MS + 500)), (Fault::Deny, Fault::MissingQueue, THIRD)]
    {
        let place = place(&KOMMUNICATE).await;
        place.main.sqs.set(main);
        place.fallback.sqs.set(fallback);
        let answer = place.function.invoke_http(&KOMMUNICATE.sample().event).await;
        assert_eq!(answer.status, 503);
        assert!(answer.duration < in_time, "{:?}", answer.duration);
    }
}
