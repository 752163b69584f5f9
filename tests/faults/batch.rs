//! Requests with multiple events: each entry of a batch is handled separately, and only failed entries are resent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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

/// Returns a Kommunicate request with an event for each of these conversations.
fn body(conversations: impl IntoIterator<Item = usize>) -> String {
    let event = |(n, group)| json!({"key": format!("k-{n}"), "from": "ana", "groupId": group, "message": "hello"});
    json!(conversations.into_iter().enumerate().map(event).collect::<Vec<_>>()).to_string()
}

/// Returns the messages in a request to SQS, in order.
fn entries(request: &SqsRequest) -> Vec<&Value> {
    request.input["Entries"].as_array().map_or_else(|| vec![&request.input], |entries| entries.iter().collect())
}

/// Returns the part indexes of the events in a request to SQS.
fn sent(request: &SqsRequest) -> Vec<u64> {
    entries(request).into_iter().map(|entry| index_of(entry["MessageBody"].as_str().expect("a body"))).collect()
}

fn index_of(body: &str) -> u64 {
    let event: Value = serde_json::from_str(body).expect("an event");
    event["data"]["original"]["part"]["index"].as_u64().expect("an index")
}

/// Returns the part indexes of the events in the main queue, in order.
async fn stored(place: &Place) -> Vec<u64> {
    place.main.queue.receive_all().await.iter().map(|message| index_of(&message.body)).collect()
}

fn sorted(mut indexes: Vec<u64>) -> Vec<u64> {
    indexes.sort_unstable();
    indexes
}

#[tokio::test]
async fn only_the_failed_entries_are_resent() {
    for role in ROLES.iter().filter(|role| role.events >= 3) {
        let place = place(role, false).await;
        place.main.sqs.script([reject(&[0, 2]), reject(&[1])]);
        assert_eq!(place.function.invoke_http(&role.sample().event).await.status, 200);
        let requests: Vec<_> = place.main.sqs.requests().iter().map(sent).collect();
        let all: Vec<u64> = (0..role.events as u64).collect();
        assert_eq!(requests, [all.clone(), vec![0, 2], vec![2]], "{}", role.name);
        assert_eq!(sorted(stored(&place).await), all, "every event once");
    }
}

#[tokio::test]
async fn multiple_batches_can_fail_partially_at_the_same_time() {
    let place = place(&KOMMUNICATE, false).await;
    place.main.sqs.script([reject(&[0, 9]), reject(&[3]), Fault::Pass, reject(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]);
    let answer = place.function.invoke_http(&KOMMUNICATE.post(body(0..45)).event()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(sorted(stored(&place).await), (0..45).collect::<Vec<_>>(), "every event once");
    let requests = place.main.sqs.requests();
    let rejected: usize = requests.iter().map(rejections).sum();
    assert!(rejected > 3 && requests.len() > 5, "{rejected} of {} requests", requests.len());
    assert_eq!(requests.iter().map(|request| sent(request).len()).sum::<usize>(), 45 + rejected, "only rejected entries are resent");
}

/// Returns how many entries of a request were rejected.
fn rejections(request: &SqsRequest) -> usize {
    let entries = request.input["Entries"].as_array().map_or(0, Vec::len);
    match &request.fault {
        Fault::RejectEntries { positions, .. } => positions.iter().filter(|position| **position < entries).count(),
        _ => 0,
    }
}

#[tokio::test]
async fn a_batch_that_hangs_does_not_delay_the_others() {
    let place = place(&KOMMUNICATE, false).await;
    place.main.sqs.script([Fault::Pass, Fault::Hang]);
    let answer = place.function.invoke_http(&KOMMUNICATE.post(body(0..60)).event()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.duration < Duration::from_millis(BUDGET_MS / 3 + 700), "{:?}", answer.duration);
    let requests = place.main.sqs.requests();
    let hung = requests.iter().position(|request| request.fault == Fault::Hang).expect("a request that hung");
    let again = requests.iter().rposition(|request| sent(request) == sent(&requests[hung])).expect("the same batch");
    assert!(requests.len() == 7 && again == 6, "all other batches are sent before the retry: {hung}, {again} of {}", requests.len());
    assert_eq!(sorted(stored(&place).await), (0..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_two_events_with_one_id_both_are_queued_or_there_is_no_200() {
    let body = json!([
        {"key": "twice", "from": "ada", "to": "desk", "message": "first", "timeStamp": 1_795_000_355_000_u64},
        {"key": "twice", "from": "ada", "to": "desk", "message": "second", "timeStamp": 1_795_000_356_000_u64},
    ])
    .to_string();
    for (sender_fault, status, expected) in [(false, 200, vec![0, 1]), (true, 503, vec![0])] {
        let place = place(&KOMMUNICATE, false).await;
        place.main.sqs.script([Fault::RejectEntries { positions: vec![1], sender_fault }]);
        assert_eq!(place.function.invoke_http(&KOMMUNICATE.post(body.clone()).event()).await.status, status);
        assert_eq!(sorted(stored(&place).await), expected);
    }
}

#[tokio::test]
async fn a_conversation_keeps_its_order_on_fifo_whatever_fails() {
    let place = place(&KOMMUNICATE, true).await;
    place.main.sqs.script([Fault::Unavailable, Fault::Pass, Fault::Reset, Fault::LoseAnswer]);
    assert_eq!(place.function.invoke_http(&KOMMUNICATE.sample().event).await.status, 200);
    assert_eq!(stored(&place).await, [0, 1, 2], "SQS drops the duplicate by its ID");
}

#[tokio::test]
async fn on_fifo_no_event_overtakes_another_of_its_conversation() {
    let conversations = [7, 7, 8, 7, 9, 8, 7, 10, 9, 11, 7, 12];
    for faults in [vec![], vec![reject(&[0])], vec![reject(&[1, 2]), reject(&[0, 1])], vec![Fault::Hang, reject(&[0, 3]), Fault::Throttle]]
    {
        let place = place(&KOMMUNICATE, true).await;
        place.main.sqs.script(faults.clone());
        let answer = place.function.invoke_http(&KOMMUNICATE.post(body(conversations)).event()).await;
        assert_eq!(answer.status, 200, "{faults:?}");

        for request in place.main.sqs.requests() {
            let entries = entries(&request);
            let groups: BTreeSet<_> = entries.iter().map(|entry| entry["MessageGroupId"].as_str().expect("a group")).collect();
            assert_eq!(groups.len(), entries.len(), "at most one event per conversation: {faults:?}");
        }
        let mut by_conversation: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for part in stored(&place).await {
            let index = usize::try_from(part).expect("an index");
            by_conversation.entry(conversations[index]).or_default().push(part);
        }
        assert_eq!(by_conversation.values().map(Vec::len).sum::<usize>(), conversations.len());
        for parts in by_conversation.values() {
            assert!(parts.is_sorted(), "{faults:?}: {parts:?}");
        }
        if faults.is_empty() {
            assert_eq!(place.main.sqs.requests().len(), 5, "as many calls as the longest conversation has events");
        }
    }
}

#[tokio::test]
async fn batches_are_filled_across_conversations_on_fifo() {
    let place = place(&KOMMUNICATE, true).await;
    place.main.sqs.script([Fault::Pass, Fault::Unavailable]);
    assert_eq!(place.function.invoke_http(&KOMMUNICATE.post(body(0..23)).event()).await.status, 200);
    let requests: Vec<_> = place.main.sqs.requests().iter().map(sent).collect();
    let batch = |from, to| (from..to).collect::<Vec<u64>>();
    assert_eq!(requests, [batch(0, 10), batch(10, 20), batch(10, 20), batch(20, 23)]);
}

#[tokio::test]
async fn a_part_that_is_never_queued_prevents_a_200() {
    let place = place(&KOMMUNICATE, false).await;
    let rejected = Fault::RejectEntries { positions: vec![1], sender_fault: true };
    place.main.sqs.script([rejected]);
    let answer = place.function.invoke_http(&KOMMUNICATE.post(body(0..25)).event()).await;
    assert_eq!((answer.status, place.main.queue.receive_all().await.len()), (503, 24), "all other parts are queued");
}
