//! Killed processes: a request without a response made no promise, and every acknowledged event is in the queue.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use serde_json::json;
use testkit::{Fault, Function};

use crate::kept::Kept;
use crate::place::{Place, Setup};
use crate::role::{KOMMUNICATE, ROLES};

/// Sends a signal to a function's process.
pub(crate) fn signal(function: &Function, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &function.id().to_string()]).status().expect("kill runs");
    assert!(status.success(), "kill -{name}: {status}");
}

/// Kills a function's process and waits until it has ended.
async fn kill(function: &Function) {
    signal(function, "KILL");
    let gone = async {
        loop {
            if let Some(status) = function.exit_status() {
                return status;
            }
            tokio::task::yield_now().await;
        }
    };
    let status = tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.expect("a killed process ends");
    assert_eq!(status.signal(), Some(9));
}

#[tokio::test]
async fn a_function_killed_during_a_request_has_acknowledged_nothing() {
    for role in ROLES {
        let mut place = Place::start(&role, Setup::default()).await;
        let sample = role.sample();
        place.main.sqs.set(Fault::Hang);
        let event = sample.event.to_string().into_bytes();
        tokio::select! {
            invocation = place.function.api().invoke(event) => panic!("{}: responded, {invocation:?}", role.name),
            () = async {
                place.main.sqs.received(1).await;
                kill(&place.function).await;
            } => {}
        }
        assert!(place.main.queue.receive_all().await.is_empty());

        // The sender's retry reaches the next process.
        place.main.sqs.set(Fault::Pass);
        place.restart(&role, Setup::default()).await;
        assert_eq!(place.function.invoke_http(&sample.event).await.status, 200);
        assert!(Kept::read(&role, &place.main.queue.receive_all().await).all(), "{}", role.name);
    }
}

#[tokio::test]
async fn a_function_killed_repeatedly_loses_nothing_that_it_acknowledged() {
    let role = KOMMUNICATE;
    let setup = Setup { fifo: true, ..Setup::default() };
    let mut place = Place::start(&role, setup).await;
    let mut acknowledged = BTreeSet::new();
    for round in 0..6 {
        for n in 0..10 {
            let keys = [format!("{round}-{n}-a"), format!("{round}-{n}-b")];
            let event = |key: &String| json!({"key": key, "from": "ana", "groupId": round, "message": "hello"});
            let event = role.post(json!(keys.each_ref().map(event)).to_string()).event().to_string().into_bytes();
            let before = place.main.sqs.requests().len();
            // The last event of a round kills the function during its request to SQS: before the message is stored,
            // after that, or while the response is on its way.
            let dies = n == 9;
            let fate = [Fault::Hang, Fault::LoseAnswer, Fault::Pass][round % 3].clone();
            place.main.sqs.script(dies.then_some(fate));
            tokio::select! {
                biased;
                () = async {
                    place.main.sqs.received(before + 1).await;
                    kill(&place.function).await;
                }, if dies => {}
                invocation = place.function.api().invoke(event) => {
                    let answer = testkit::Answer::read(invocation);
                    assert_eq!(answer.status, 200);
                    acknowledged.extend(keys);
                }
            }
        }
        place.restart(&role, setup).await;
    }
    let stored = place.main.queue.receive_all().await;
    let stored: BTreeSet<String> =
        stored.iter().map(|message| message.json()["data"]["message"]["id"].as_str().expect("the key").to_owned()).collect();
    assert!(acknowledged.len() >= 6 * 9 * 2, "{}", acknowledged.len());
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged but not queued: {lost:?}");
}
