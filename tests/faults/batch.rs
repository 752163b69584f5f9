//! Several events of one request: only what failed is sent again, in order.

use serde_json::{Value, json};
use testkit::{Fault, SqsRequest};

use crate::place::{Place, Setup};
use crate::role::{KOMMUNICATE, ROLES, Role};

const BUDGET_MS: u64 = 3000;

async fn place(role: &Role, fifo: bool) -> Place {
    Place::start(role, Setup { budget_ms: Some(BUDGET_MS), fallback: false, fifo }).await
}

fn reject(positions: &[usize]) -> Fault {
    Fault::RejectEntries { positions: positions.to_vec(), sender_fault: false }
}

/// The places of the events in a request to SQS, in its order.
fn sent(request: &SqsRequest) -> Vec<u64> {
    let single = [request.input.clone()];
    let entries = request.input["Entries"].as_array().map_or(&single[..], Vec::as_slice);
    entries.iter().map(|entry| place_of(entry["MessageBody"].as_str().expect("a body"))).collect()
}

fn place_of(body: &str) -> u64 {
    let event: Value = serde_json::from_str(body).expect("an event");
    event["data"]["original"]["part"]["index"].as_u64().expect("a place")
}

#[tokio::test]
async fn only_the_failed_entries_are_sent_again() {
    for role in ROLES.iter().filter(|role| role.events >= 3) {
        for fifo in [false, true] {
            let place = place(role, fifo).await;
            place.main.sqs.script([reject(&[0, 2]), reject(&[1])]);
            assert_eq!(place.function.invoke_http(&role.sample().event).await.status, 200);
            let requests: Vec<_> = place.main.sqs.requests().iter().map(sent).collect();
            let all: Vec<u64> = (0..role.events as u64).collect();
            assert_eq!(requests, [all.clone(), vec![0, 2], vec![2]], "{}, FIFO: {fifo}", role.name);
            let stored = place.main.queue.receive_all().await;
            let mut stored: Vec<_> = stored.iter().map(|message| place_of(&message.body)).collect();
            stored.sort_unstable();
            assert_eq!(stored, all, "each of them once");
        }
    }
}

#[tokio::test]
async fn a_batch_that_failed_as_a_whole_keeps_its_order_on_fifo() {
    let place = place(&KOMMUNICATE, true).await;
    place.main.sqs.script([reject(&[0, 1, 2]), Fault::Reset, Fault::LoseAnswer]);
    assert_eq!(place.function.invoke_http(&KOMMUNICATE.sample().event).await.status, 200);
    let stored = place.main.queue.receive_all().await;
    let stored: Vec<_> = stored.iter().map(|message| place_of(&message.body)).collect();
    assert_eq!(stored, [0, 1, 2], "in order, and the lost answer's copies dropped by their ids");
}

#[tokio::test]
async fn more_than_ten_events_are_several_batches_in_order() {
    let event = |n: usize| json!({"key": format!("k-{n}"), "from": "ana", "groupId": 7, "message": "hello"});
    let body = json!((0..23).map(event).collect::<Vec<_>>()).to_string();
    for fault in [Fault::Pass, Fault::Unavailable, reject(&[9])] {
        let place = place(&KOMMUNICATE, true).await;
        place.main.sqs.script([Fault::Pass, fault.clone()]);
        assert_eq!(place.function.invoke_http(&KOMMUNICATE.post(body.clone()).event()).await.status, 200);
        let requests: Vec<_> = place.main.sqs.requests().iter().map(|request| sent(request).len()).collect();
        let expected: &[usize] = match fault {
            Fault::Pass => &[10, 10, 3],
            Fault::Unavailable => &[10, 10, 10, 3],
            _ => &[10, 10, 1, 3],
        };
        assert_eq!(requests, expected);
        let stored: Vec<_> = place.main.queue.receive_all().await.iter().map(|message| place_of(&message.body)).collect();
        assert_eq!(stored, (0..23).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_part_that_never_gets_in_is_no_200() {
    let place = place(&KOMMUNICATE, false).await;
    let body = json!((0..12).map(|n| json!({"key": n.to_string(), "from": "a", "message": "b"})).collect::<Vec<_>>());
    let refused = Fault::RejectEntries { positions: vec![1], sender_fault: true };
    place.main.sqs.script([Fault::Pass, refused]);
    let answer = place.function.invoke_http(&KOMMUNICATE.post(body.to_string()).event()).await;
    assert_eq!((answer.status, place.main.queue.receive_all().await.len()), (503, 11));
}
