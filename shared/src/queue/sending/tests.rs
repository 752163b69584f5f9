use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::queue::fake_sink::{Answer, CALL, FakeSink, message, permanent_failure, transient_failure};

const BUDGET: Duration = Duration::from_millis(1500);

/// Sends to one sink. Returns the outcome and the elapsed time.
async fn send(sink: &FakeSink, messages: &[Message]) -> (Result<(), NotQueued>, Duration) {
    send_within(BUDGET, sink, messages).await
}

async fn send_within(budget: Duration, sink: &FakeSink, messages: &[Message]) -> (Result<(), NotQueued>, Duration) {
    let (acknowledged, given_up) = (Acknowledged::none_of(messages.len()), Notify::new());
    let started = Instant::now();
    let sending = Sending::new(sink, QueueName::Main, messages, &acknowledged, &given_up, started + budget);
    (sending.run().await, started.elapsed())
}

/// Returns this many messages, each in its own group.
fn messages(count: usize) -> Vec<Message> {
    (0..count).map(|n| message(&n.to_string(), n.to_string())).collect()
}

fn bodies(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| message.body.clone()).collect()
}

fn sorted(mut bodies: Vec<String>) -> Vec<String> {
    bodies.sort();
    bodies
}

#[tokio::test(start_paused = true)]
async fn a_thousand_messages_need_a_hundred_calls_sixteen_at_a_time() {
    let (sink, messages) = (FakeSink::unordered(), messages(1000));
    let (outcome, time) = send(&sink, &messages).await;
    assert_eq!((outcome, sink.calls().len(), sink.most_in_progress().0), (Ok(()), 100, 16));
    assert!(time < 8 * CALL, "{time:?}");
    assert_eq!(sorted(sink.stored()), sorted(bodies(&messages)));
}

#[tokio::test(start_paused = true)]
async fn a_single_batch_is_not_split() {
    let sink = FakeSink::unordered();
    assert_eq!(send(&sink, &messages(10)).await, (Ok(()), CALL));
    assert_eq!(sink.calls(), [bodies(&messages(10))]);
}

#[tokio::test(start_paused = true)]
async fn only_failed_messages_are_retried() {
    let failures =
        [vec![0, 9], vec![], vec![3], vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9]].map(|positions| Answer::FailsAt(positions, transient_failure()));
    let sink = FakeSink::unordered().script(failures, Answer::Takes);
    let messages = messages(45);
    assert_eq!(send(&sink, &messages).await.0, Ok(()));
    assert_eq!(sorted(sink.stored()), sorted(bodies(&messages)), "each exactly once");
    let sent: usize = sink.calls().iter().map(Vec::len).sum();
    assert_eq!(sent, 45 + 13);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_call_does_not_delay_others() {
    let sink = FakeSink::unordered().script([Answer::Takes, Answer::Hangs], Answer::Takes);
    let messages = messages(1000);
    let (outcome, time) = send(&sink, &messages).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(sorted(sink.stored()), sorted(bodies(&messages)));
    assert!(time < BUDGET / 3 + Duration::from_millis(100), "it is dropped after a third of the time and retried: {time:?}");
    let other_calls = sink.calls().len() - 1;
    assert_eq!(other_calls, 100);
}

#[tokio::test(start_paused = true)]
async fn the_bytes_in_concurrent_calls_are_limited() {
    let large = |n: usize| message(&n.to_string(), "x".repeat(300_000));
    let sink = FakeSink::unordered();
    assert_eq!(send(&sink, &(0..27).map(large).collect::<Vec<_>>()).await.0, Ok(()));
    let (calls, bytes) = sink.most_in_progress();
    assert!(calls > 1 && bytes <= MAX_KIB * 1024, "{calls} calls with {bytes} bytes");
    assert_eq!(sink.calls().len(), 9, "three fit into a call");
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_holds_back_only_its_group() {
    let sink = FakeSink::ordered().script([Answer::FailsAt(vec![0], permanent_failure())], Answer::Takes);
    let messages = [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3"), ("b", "b2")].map(|(group, body)| message(group, body));
    let (outcome, _) = send(&sink, &messages).await;
    assert_eq!(outcome, Err(NotQueued { code: "InvalidMessageContents".to_owned() }));
    assert_eq!(sink.calls(), [vec!["a1", "b1"], vec!["b2"]]);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_of_a_call_stops_further_calls() {
    let sink = FakeSink::unordered().script([], Answer::Fails(Failure::new("AccessDenied", false)));
    let (outcome, time) = send(&sink, &messages(1000)).await;
    assert_eq!(outcome, Err(NotQueued { code: "AccessDenied".to_owned() }));
    assert!(time <= CALL && sink.calls().len() <= MAX_CALLS, "{time:?}");
}

#[tokio::test(start_paused = true)]
async fn two_messages_with_the_same_id_are_both_sent() {
    for sink in [FakeSink::unordered(), FakeSink::ordered()] {
        let same = |group: &str, body: &str| Message { id: "acme-twice".to_owned(), ..message(group, body) };
        let sink = sink.script([Answer::FailsAt(vec![1], transient_failure())], Answer::Takes);
        assert_eq!(send(&sink, &[same("a", "first"), same("b", "second")]).await.0, Ok(()));
        assert_eq!(sink.calls(), [vec!["first", "second"], vec!["second"]]);
        let refused = FakeSink::unordered().script([Answer::FailsAt(vec![1], permanent_failure())], Answer::Takes);
        assert!(send(&refused, &[same("a", "first"), same("b", "second")]).await.0.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_starts_after_the_end() {
    let sink = FakeSink::unordered().script([], Answer::Fails(transient_failure()));
    let (outcome, time) = send(&sink, &messages(1)).await;
    assert_eq!(outcome, Err(NotQueued { code: "InternalError".to_owned() }));
    assert!(time <= BUDGET + CALL && sink.calls().len() > 3, "{time:?}, {} calls", sink.calls().len());
}

proptest! {
    /// On an ordered sink, whatever fails, no message overtakes another of its group, and calls are made one at a time.
    #[test]
    fn the_order_within_a_group_is_kept(
        groups in prop::collection::vec(0_u8..4, 1..40),
        failures in prop::collection::vec(prop::collection::vec(0_usize..10, 0..4), 0..6),
    ) {
        let messages: Vec<Message> = groups.iter().enumerate().map(|(n, group)| message(&group.to_string(), format!("{n:02}"))).collect();
        let sink = FakeSink::ordered().script(failures.into_iter().map(|positions| Answer::FailsAt(positions, transient_failure())), Answer::Takes);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        prop_assert_eq!(runtime.block_on(send_within(Duration::from_secs(60), &sink, &messages)).0, Ok(()));

        let group_of: BTreeMap<&str, &str> = messages.iter().map(|message| (message.body.as_str(), message.group.as_str())).collect();
        let of_group = |bodies: Vec<String>, group: &str| bodies.into_iter().filter(|body| group_of[body.as_str()] == group).collect::<Vec<_>>();
        for group in group_of.values() {
            prop_assert_eq!(of_group(sink.stored(), group), of_group(bodies(&messages), group));
        }
        for call in sink.calls() {
            let groups: HashSet<&str> = call.iter().map(|body| group_of[body.as_str()]).collect();
            prop_assert_eq!(groups.len(), call.len(), "one per group: {:?}", call);
        }
        prop_assert_eq!(sink.most_in_progress().0, 1);
    }
}
