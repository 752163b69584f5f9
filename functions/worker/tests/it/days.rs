//! The retry schedule as SQS applies it: a real server with a clock that the test advances, and an event source mapping that
//! leaves failed messages in the queue.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use testkit::wire::Request;
use testkit::{Fault, MAX_RECEIVES, Mapping, Reply, TimedSqs, VISIBILITY_TIMEOUT};

use crate::bench::{Queued, failing};

/// Returns a receiver that fails the first `times` deliveries of the events with these names.
fn failing_first(times: usize, names: &'static [&'static str]) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    let seen = Mutex::new(HashMap::<String, usize>::new());
    move |request| {
        let id = request.header("webhook-id").to_owned();
        let fails = names.iter().any(|name| id.ends_with(name));
        let mut seen = seen.lock().unwrap();
        let count = seen.entry(id).or_default();
        *count += 1;
        Reply::Status(if fails && *count <= times { 500 } else { 200 })
    }
}

/// Delivers whatever is visible and advances the clock, until the queue is empty. Returns the time of each delivery, counted
/// from now.
async fn run(timed: &TimedSqs, bench: &Queued, mapping: &mut Mapping<'_>) -> Vec<(String, Duration)> {
    let (mut now, mut moments) = (Duration::ZERO, Vec::new());
    for _ in 0..10_000 {
        while mapping.poll().await.is_some() {
            let arrivals = bench.receiver.arrivals();
            moments.extend(arrivals[moments.len()..].iter().map(|arrival| (arrival.id().to_owned(), now)).collect::<Vec<_>>());
        }
        match timed.advance_for(&bench.queue).await {
            Some(time) => now += time,
            None => return moments,
        }
        assert!(now < Duration::from_secs(10 * 86_400), "the queue never empties");
    }
    panic!("the queue never empties");
}

#[tokio::test]
async fn a_failing_event_delays_only_its_conversation() {
    for batch_size in [1, 10] {
        let timed = TimedSqs::start();
        let [queue, dead] = timed.sqs().create_queue_of_the_template("worker", true).await;
        let bench = Queued::start(queue, failing_first(5, &["a1", "c2"]), &[]).await;
        bench.send(&["a1", "a2", "b1", "a3", "b2", "c1", "c2", "c3"]).await;
        let mut mapping = Mapping::faithful(&bench.queue, &bench.worker).with_batch_size(batch_size);
        let moments = run(&timed, &bench, &mut mapping).await;

        let of = |group: &str| moments.iter().filter(|(id, _)| id.starts_with(&format!("kommo-{group}"))).cloned().collect::<Vec<_>>();
        let ids = |group: &str| of(group).into_iter().map(|(id, _)| id.replace("kommo-", "")).collect::<Vec<_>>();
        assert_eq!(ids("a"), ["a1", "a1", "a1", "a1", "a1", "a1", "a2", "a3"]);
        assert_eq!(ids("b"), ["b1", "b2"]);
        assert_eq!(ids("c"), ["c1", "c2", "c2", "c2", "c2", "c2", "c2", "c3"]);
        let prompt = Duration::from_secs(5);
        assert!(of("b").iter().all(|(_, moment)| *moment < prompt), "{moments:?}");
        // 10, 20, 40, 80 and 160 s, each times 0.8 to 1.2. No receive of c2 was spent behind another event.
        for (group, first) in [("a", 0), ("c", 1)] {
            let pauses: Vec<f64> = of(group)[first..first + 6].windows(2).map(|pair| (pair[1].1 - pair[0].1).as_secs_f64()).collect();
            for (pause, base) in pauses.iter().zip([10.0, 20.0, 40.0, 80.0, 160.0]) {
                assert!((base * 0.8 - 0.5..base * 1.2 + 1.5).contains(pause), "{group} by {batch_size}: {pauses:?}");
            }
        }
        // With a batch size of 1, each receive is an attempt. Otherwise, the events behind a failed one are received with it.
        let mut receives: Vec<(String, usize)> =
            mapping.receives().map(|message| (message.event_id.replace("kommo-", ""), message.times)).collect();
        receives.sort();
        let behind = if batch_size == 1 { 1 } else { 6 };
        let expected = [("a1", 6), ("a2", behind), ("a3", behind), ("b1", 1), ("b2", 1), ("c1", 1), ("c2", 6), ("c3", behind)];
        assert_eq!(receives, expected.map(|(name, times)| (name.to_owned(), times)));
        assert!(dead.receive_all().await.is_empty());
    }
}

#[tokio::test]
async fn an_event_is_retried_for_three_days_without_cost_to_those_behind_it() {
    let timed = TimedSqs::start();
    let [queue, dead] = timed.sqs().create_queue_of_the_template("worker", true).await;
    let bench = Queued::start(queue, failing(&["a1"]), &[]).await;
    bench.send(&["a1", "a2"]).await;
    let mut mapping = Mapping::faithful(&bench.queue, &bench.worker).with_batch_size(1);
    let moments = run(&timed, &bench, &mut mapping).await;

    let attempts: Vec<Duration> = moments.iter().filter(|(id, _)| id == "kommo-a1").map(|(_, moment)| *moment).collect();
    assert_eq!(attempts.len(), MAX_RECEIVES as usize);
    let hours = attempts[attempts.len() - 1].as_secs_f64() / 3600.0;
    assert!((70.0..78.0).contains(&hours), "{hours} h");
    let longest = attempts.windows(2).map(|pair| pair[1] - pair[0]).max().expect("pauses");
    assert!(longest < Duration::from_secs(1082), "retried within a quarter of an hour plus a fifth: {longest:?}");
    assert_eq!(dead.receive_all().await.iter().map(|message| message.json()["id"].to_string()).collect::<Vec<_>>(), ["\"kommo-a1\""]);
    // It was not received while the first one failed.
    assert_eq!(mapping.receives().find(|message| message.event_id == "kommo-a2").map(|message| message.times), Some(1));
    assert_eq!(moments.last().map(|(id, _)| id.as_str()), Some("kommo-a2"));
}

#[tokio::test]
async fn if_visibility_cannot_be_changed_the_queues_timeout_applies() {
    let timed = TimedSqs::start();
    let [queue, _] = timed.sqs().create_queue_of_the_template("worker", false).await;
    let bench = Queued::start(queue, failing_first(2, &["a1"]), &[]).await;
    bench.sqs.set(Fault::Deny);
    bench.send(&["a1"]).await;
    let mut mapping = Mapping::faithful(&bench.queue, &bench.worker);
    let moments = run(&timed, &bench, &mut mapping).await;
    let pauses: Vec<Duration> = moments.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    assert!(pauses.len() == 2 && pauses.iter().all(|pause| pause.abs_diff(VISIBILITY_TIMEOUT) < Duration::from_secs(5)), "{pauses:?}");
}

#[tokio::test]
async fn order_is_kept_if_sqs_hides_only_part_of_a_group() {
    for position in [0, 1] {
        let timed = TimedSqs::start();
        let [queue, _] = timed.sqs().create_queue_of_the_template("worker", true).await;
        let bench = Queued::start(queue, failing_first(1, &["a1"]), &[]).await;
        bench.sqs.set(Fault::RejectEntries { positions: vec![position], sender_fault: true });
        bench.send(&["a1", "a2", "a3"]).await;
        let mut mapping = Mapping::faithful(&bench.queue, &bench.worker);
        let moments = run(&timed, &bench, &mut mapping).await;
        assert_eq!(moments.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["kommo-a1", "kommo-a1", "kommo-a2", "kommo-a3"]);
        // The whole group waits for the message with the queue's timeout.
        assert!(moments[1].1.abs_diff(VISIBILITY_TIMEOUT) < Duration::from_secs(15), "{moments:?}");
    }
}

#[tokio::test]
async fn a_worker_that_is_killed_does_not_change_the_order() {
    let timed = TimedSqs::start();
    let [queue, _] = timed.sqs().create_queue_of_the_template("worker", true).await;
    let is_dying = Arc::new(Mutex::new(true));
    let decide = {
        let is_dying = Arc::clone(&is_dying);
        move |_: &Request| if *is_dying.lock().unwrap() { Reply::Hang } else { Reply::Status(200) }
    };
    let bench = Queued::start(queue, decide, &[]).await;
    bench.send(&["a1", "a2", "a3"]).await;
    let mut mapping = Mapping::faithful(&bench.queue, &bench.worker);
    let die = async |_| {
        bench.receiver.received(1).await;
        bench.worker.kill();
    };
    assert_eq!(mapping.poll_and_die(die).await.len(), 3);
    *is_dying.lock().unwrap() = false;
    let next = Queued::start(bench.queue.clone(), |_| Reply::Status(200), &[]).await;
    mapping.set_worker(&next.worker);
    assert!(mapping.poll().await.is_none(), "in flight until the visibility timeout expires");
    let moments = run(&timed, &next, &mut mapping).await;
    assert_eq!(moments.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["kommo-a1", "kommo-a2", "kommo-a3"]);
    assert!(moments[0].1.abs_diff(VISIBILITY_TIMEOUT) < Duration::from_secs(15), "{moments:?}");
}
