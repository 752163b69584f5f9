//! A redrive that is killed halfway through 5,000 messages, and the next one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::Sqs;

use crate::filled::{Running, by_group, counts, drain, event, fill, ids, with_access};
use crate::gateway::finish_within;

const MESSAGES: usize = 5_000;
const GROUPS: usize = 97;
/// moto is slow.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redrive_loses_nothing_and_the_next_run_completes_it() {
    let [main, dead] = Sqs::start().create_fifo_queue_with_dead_letters("killed", 5).await;
    let event = |number: usize| event(&format!("k{number:04}"), &format!("g{:02}", number % GROUPS), "kommo", "message");
    let events: Vec<Value> = (0..MESSAGES).map(event).collect();
    fill(&dead, &events).await;
    let redrive = || {
        let mut command = with_access(&["redrive", "--from", "dead-letter", "--execute", "--visibility-s", "3"]);
        command.env("QUEUE_URL", main.url());
        command
    };

    let mut killed = Running::start(&mut redrive());
    let start = Instant::now();
    while counts(&main).await[0] < MESSAGES / 5 {
        assert!(!killed.has_ended() && start.elapsed() < PATIENCE, "the redrive is not halfway through: {:?}", counts(&main).await);
    }
    killed.end_by("KILL");
    let [moved, _] = counts(&main).await;
    let [visible, in_flight] = counts(&dead).await;
    assert!(moved < MESSAGES && moved + visible + in_flight >= MESSAGES, "{moved} moved, {visible} visible, {in_flight} in flight");

    let finished = finish_within(&mut redrive(), PATIENCE);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert_eq!(counts(&dead).await, [0, 0]);
    let messages = drain(&main).await;
    let expected: BTreeSet<String> = (0..MESSAGES).map(|number| format!("k{number:04}")).collect();
    assert_eq!(ids(&messages).into_iter().collect::<BTreeSet<_>>(), expected);
    // A message that was sent but not deleted is sent again with the same deduplication ID.
    assert_eq!(messages.len(), MESSAGES);
    for (group, ids) in by_group(&messages) {
        assert!(ids.is_sorted(), "group {group} is out of order: {ids:?}");
    }
}
