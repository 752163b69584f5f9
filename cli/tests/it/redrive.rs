//! `chathooks redrive` between SQS queues.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Fault, FaultySqs, Queue, Sqs};

use crate::filled::{Running, by_group, counts, event, fill, ids, subject, with, with_access};
use crate::gateway::{Finished, PATIENCE, finish};

pub(crate) fn redrive(main: &Queue, arguments: &[&str]) -> Finished {
    finish(with_access(&["redrive", "--visibility-s", "2"]).args(arguments).env("QUEUE_URL", main.url()))
}

/// The group of the source `/kommo` on a standard queue: `printf /kommo | sha256sum`.
const TENANT: &str = "4ae5a5bd7493d8b720fd78ba601f3c99";

fn json_of(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("JSON: {} {}", finished.stdout, finished.stderr))
}

/// Returns one event of a conversation for each of these IDs.
fn of(conversation: &str, ids: &[&str]) -> Vec<Value> {
    ids.iter().map(|id| event(id, conversation, "kommo", "message")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_counts_by_kind_and_changes_nothing() {
    let [main, dead] = Sqs::start().create_queue_with_dead_letters("dry", 5).await;
    fill(&dead, &of("a", &["k1", "k2", "k3"])).await;
    fill(&dead, &[event("q1", "b", "qikchat", "status")]).await;
    let finished = redrive(&main, &["--from", "dead-letter"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{}", finished.stdout);
    for line in ["      3  kommo message                 would be moved", "      1  qikchat status                would be moved"] {
        assert!(finished.stdout.lines().any(|shown| shown == line), "{}", finished.stdout);
    }
    assert!(finished.stdout.ends_with("nothing was changed; add --execute to move 4\n"), "{}", finished.stdout);
    assert_eq!((counts(&dead).await, counts(&main).await), ([4, 0], [0, 0]));

    let shown = json_of(&redrive(&main, &["--from", "dead-letter", "--json", "--provider", "qikchat"]));
    assert_eq!((&shown["executed"], &shown["moved"], &shown["would_move"]), (&json!(false), &json!(0), &json!(1)));
    assert_eq!((&shown["not_chosen"], &shown["not_seen"], &shown["to"]), (&json!(3), &json!(0), &json!(main.url())));
    assert_eq!(counts(&dead).await, [4, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_group_ids_and_attributes_are_kept_on_fifo() {
    let sqs = Sqs::start();
    let [main, dead] = sqs.create_fifo_queue_with_dead_letters("kept", 5).await;
    let events: Vec<Value> = (0..35).map(|index| event(&format!("k{index:02}"), ["a", "b", "c"][index % 3], "kommo", "message")).collect();
    fill(&dead, &events).await;
    let finished = redrive(&main, &["--from", "dead-letter", "--execute"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.ends_with("moved 35, left 0, failed 0\n"), "{}", finished.stdout);
    assert_eq!((counts(&dead).await, counts(&main).await), ([0, 0], [35, 0]));

    let messages = main.receive_all().await;
    for (group, ids) in by_group(&messages) {
        let expected = events.iter().filter(|event| event["subject"] == group).map(|event| event["id"].as_str().expect("an id"));
        assert_eq!(ids, expected.collect::<Vec<_>>(), "group {group}");
    }
    for message in &messages {
        assert_eq!(message.system["MessageDeduplicationId"], message.json()["id"]);
        assert_eq!((message.attributes["shop"].as_str(), message.attributes["type"].as_str()), ("berlin", "com.kommo.message"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_a_standard_and_a_fifo_queue_the_group_is_recomputed() {
    let sqs = Sqs::start();
    let (standard, to_fifo) = (sqs.create_queue("standard").await, sqs.create_fifo_queue("to").await);
    let (fifo, to_standard) = (sqs.create_fifo_queue("fifo").await, sqs.create_queue("to").await);
    let events = [of("a", &["k1"]), of("b", &["k2"])].concat();
    for event in &events {
        standard.send(&event.to_string(), json!({"MessageGroupId": "fair"})).await;
    }
    let redrive = |from: &Queue, to: &Queue| {
        let finished = finish(&mut with_access(&["redrive", "--from-url", from.url(), "--to-url", to.url(), "--execute"]));
        assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    };
    let groups = async |queue: &Queue| -> Vec<String> {
        let mut messages = queue.peek().await;
        messages.sort_by_key(|message| message.body.clone());
        messages.iter().map(|message| message.system["MessageGroupId"].clone()).collect()
    };
    redrive(&standard, &to_fifo);
    assert_eq!(groups(&to_fifo).await, ["a", "b"].map(|conversation| subject("kommo", conversation)));
    fill(&fifo, &events).await;
    redrive(&fifo, &to_standard);
    assert_eq!(groups(&to_standard).await, [TENANT; 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_is_kept() {
    let sqs = Sqs::start();
    let (source, target) = (sqs.create_queue("source").await, sqs.create_queue("target").await);
    let gate = FaultySqs::start(&sqs.endpoint()).await;
    let event = event("k1", "a", "kommo", "message");
    let trace = "Root=1-67891233-abcdef012345678912345678";
    let mut more = with(&event, false);
    more["MessageSystemAttributes"] = json!({"AWSTraceHeader": {"DataType": "String", "StringValue": trace}});
    source.send(&event.to_string(), more).await;
    let to = gate.queue_url(&target);
    let command = ["redrive", "--from-url", source.url(), "--to-url", &to, "--execute"];
    assert_eq!(finish(&mut with_access(&command)).code, Some(0));
    let requests = gate.requests();
    let sent = requests.iter().find(|request| request.action == "SendMessageBatch").expect("a batch");
    assert_eq!(sent.input["Entries"][0]["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"], trace);
    assert!(sent.input["Entries"][0].get("MessageDeduplicationId").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_are_not_chosen_are_made_visible_again() {
    let sqs = Sqs::start();
    let (main, fallback) = (sqs.create_queue("main").await, sqs.create_queue("fallback").await);
    fill(&fallback, &of("a", &["k1", "k2"])).await;
    fill(&fallback, &[event("k3", "a", "kommo", "status"), event("q1", "b", "qikchat", "message")]).await;
    let run = |arguments: &[&str]| {
        let mut command = with_access(&["redrive", "--from", "fallback", "--execute", "--json"]);
        let finished = finish(command.args(arguments).envs([("QUEUE_URL", main.url()), ("FALLBACK_QUEUE_URL", fallback.url())]));
        assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
        json_of(&finished)
    };
    for wrong in [["--older-than", "1h"], ["--newer-than", "0s"], ["--reason", "not_json"], ["--conversation", "other"]] {
        let shown = run(&wrong);
        assert_eq!((&shown["moved"], &shown["not_chosen"], &shown["left"]), (&json!(0), &json!(4), &json!(0)), "{wrong:?}");
        assert_eq!(counts(&fallback).await, [4, 0]);
    }
    let shown = run(&["--provider", "kommo", "--kind", "message", "--newer-than", "1h"]);
    assert_eq!((&shown["moved"], &shown["not_chosen"]), (&json!(2), &json!(2)));
    assert_eq!((ids(&main.peek().await), counts(&fallback).await), (vec!["k1".to_owned(), "k2".to_owned()], [2, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_fails_stops_only_its_group() {
    let sqs = Sqs::start();
    let (source, target) = (sqs.create_fifo_queue("source").await, sqs.create_fifo_queue("target").await);
    fill(&source, &[of("a", &["a1"]), of("b", &["b1"]), of("a", &["a2"]), of("c", &["c1"])].concat()).await;
    let gate = FaultySqs::start(&sqs.endpoint()).await;
    // GetQueueAttributes, then the first batch: a1, b1, c1.
    gate.script([Fault::Pass, Fault::RejectEntries { positions: vec![0], sender_fault: true }]);
    let to = gate.queue_url(&target);
    let command = ["redrive", "--from-url", source.url(), "--to-url", &to, "--execute", "--visibility-s", "2"];
    let finished = finish(&mut with_access(&command));
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("failed, SQS refused it (InvalidMessageContents)"), "{}", finished.stdout);
    assert!(finished.stdout.contains("failed, an earlier message of its group was not sent"), "{}", finished.stdout);
    assert_eq!(ids(&target.peek().await), ["b1", "c1"]);
    assert_eq!((counts(&source).await, ids(&source.peek().await)), ([2, 0], vec!["a1".to_owned(), "a2".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transient_failures_are_retried() {
    let sqs = Sqs::start();
    for fault in [Fault::RejectEntries { positions: vec![0, 2], sender_fault: false }, Fault::Throttle, Fault::WrongMd5, Fault::Unavailable]
    {
        let (source, target) = (sqs.create_fifo_queue("source").await, sqs.create_fifo_queue("target").await);
        fill(&source, &[of("a", &["a1"]), of("b", &["b1"]), of("a", &["a2"]), of("c", &["c1"])].concat()).await;
        let gate = FaultySqs::start(&sqs.endpoint()).await;
        gate.script([Fault::Pass, fault.clone()]);
        let to = gate.queue_url(&target);
        let finished = finish(&mut with_access(&["redrive", "--from-url", source.url(), "--to-url", &to, "--execute"]));
        assert_eq!(finished.code, Some(0), "{fault:?}: {}{}", finished.stdout, finished.stderr);
        assert_eq!(by_group(&target.peek().await)[&subject("kommo", "a")], ["a1", "a2"], "{fault:?}");
        assert_eq!((counts(&source).await, counts(&target).await[1]), ([0, 0], 4), "{fault:?}");
        // Three batches: a1, b1 and c1; the rejected ones among them; and a2.
        let batches = gate.requests().iter().filter(|request| request.action == "SendMessageBatch").count();
        assert_eq!(batches, 3, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_deletion_is_retried_on_the_next_receive() {
    let sqs = Sqs::start();
    let (source, target) = (sqs.create_queue("source").await, sqs.create_queue("target").await);
    fill(&source, &of("a", &["a1", "a2"])).await;
    let gate = FaultySqs::start(&sqs.endpoint()).await;
    // GetQueueAttributes, ReceiveMessage, then the deletion.
    gate.script([Fault::Pass, Fault::Pass, Fault::RejectEntries { positions: vec![1], sender_fault: false }]);
    let from = gate.queue_url(&source);
    let command = ["redrive", "--from", "dead-letter", "--from-url", &from, "--to-url", target.url(), "--execute", "--visibility-s", "1"];
    let finished = finish(&mut with_access(&command));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert_eq!((counts(&source).await, ids(&target.peek().await)), ([0, 0], vec!["a1".to_owned(), "a2".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_the_target_rejects_everything_nothing_is_moved() {
    let sqs = Sqs::start();
    let (source, target) = (sqs.create_queue("source").await, sqs.create_queue("target").await);
    fill(&source, &of("a", &["a1", "a2"])).await;
    let gate = FaultySqs::start(&sqs.endpoint()).await;
    gate.script([Fault::Pass, Fault::Deny]);
    let to = gate.queue_url(&target);
    let finished = finish(&mut with_access(&["redrive", "--from-url", source.url(), "--to-url", &to, "--execute"]));
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("the credentials need sqs:SendMessage on the queue"), "{}", finished.stdout);
    assert_eq!((counts(&source).await, counts(&target).await), ([2, 0], [0, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_is_honored_and_ctrl_c_leaves_the_rest() {
    let sqs = Sqs::start();
    let (source, target) = (sqs.create_queue("source").await, sqs.create_queue("target").await);
    let names: Vec<String> = (0..12).map(|number| format!("k{number}")).collect();
    let events = of("a", &names.iter().map(String::as_str).collect::<Vec<_>>());
    fill(&source, &events).await;
    let command = ["redrive", "--from-url", source.url(), "--to-url", target.url(), "--execute", "--rate"];
    let started = Instant::now();
    let finished = finish(with_access(&command).arg("5/s"));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    // Five immediately, five after one second, two after another second.
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(target.receive_all().await.len(), 12);

    fill(&source, &events).await;
    let running = Running::start(with_access(&command).arg("2/m"));
    let patience = Instant::now() + PATIENCE;
    while counts(&target).await[0] == 0 {
        assert!(Instant::now() < patience, "nothing was moved in time");
    }
    assert_eq!(running.end_by("INT").code(), Some(1));
    assert_eq!((counts(&source).await, counts(&target).await), ([11, 0], [1, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalid_command_line_or_missing_access_reports_what_to_do() {
    let sqs = Sqs::start();
    let [main, dead] = sqs.create_queue_with_dead_letters("wrong", 5).await;
    let alone = sqs.create_queue("alone").await;
    let url = "https://sqs.eu-west-1.amazonaws.com/1/q";
    let missing = format!("{}-gone", alone.url());
    let (main_url, dead_url) = (main.url(), dead.url());
    for (arguments, queue_url, told) in [
        (vec![], Some(main_url), "--from"),
        (vec!["--from", "elsewhere"], Some(main_url), "dead-letter, quarantine, fallback"),
        (vec!["--from-url", "hush"], Some(main_url), "must be an SQS queue URL"),
        (vec!["--from", "dead-letter", "--to-url", "hush"], None, "must be an SQS queue URL"),
        (vec!["--from", "dead-letter", "--provider", "hush"], Some(main_url), "kommo, kommunicate, kore, qikchat"),
        (vec!["--from", "dead-letter", "--kind", "hush"], Some(main_url), "reaction, typing"),
        (vec!["--from", "dead-letter", "--older-than", "1w"], Some(main_url), "90s, 15m, 2h or 7d"),
        (vec!["--from", "dead-letter", "--newer-than", "soon"], Some(main_url), "90s, 15m, 2h or 7d"),
        (vec!["--from", "dead-letter", "--rate", "fast"], Some(main_url), "like 20/s or 90/m"),
        (vec!["--from", "dead-letter", "--queue-file", "q", "--to-url", url], None, "cannot be used with"),
        (vec!["--from", "dead-letter", "--env-file", "missing.env"], Some(main_url), "missing.env"),
        (vec!["--from", "dead-letter"], Some("hush"), "QUEUE_URL: it must be an SQS queue URL"),
        (vec!["--from", "dead-letter"], Some(alone.url()), "has no RedrivePolicy"),
        (vec!["--from", "quarantine"], Some(main_url), "QUARANTINE_QUEUE_URL is not set"),
        (vec!["--from", "fallback"], Some(main_url), "FALLBACK_QUEUE_URL is not set"),
        (vec!["--from", "fallback"], None, "the embedded queue has no fallback"),
        (vec!["--from-url", dead_url], None, "QUEUE_URL is not set"),
        (vec!["--from-url", main_url], Some(main_url), "the same queue"),
        (vec!["--from-url", main_url], Some(alone.url()), "add --force"),
        (vec!["--from-url", &missing], Some(main_url), "is the URL correct, including"),
        (vec!["--from-url", &missing, "--execute"], Some(main_url), "is the URL correct, including"),
        (vec!["--from", "dead-letter", "--queue-file", "no/such/file"], None, "there is no queue in no/such/file"),
    ] {
        let mut command = with_access(&["redrive"]);
        let finished = finish(command.args(&arguments).envs(queue_url.map(|url| ("QUEUE_URL", url))));
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stdout);
        assert!(finished.stderr.contains(told), "{arguments:?}: {}", finished.stderr);
        assert_eq!(finished.stdout, "", "{arguments:?}");
    }
    let mut command = with_access(&["redrive", "--from", "dead-letter"]);
    command.env("QUEUE_URL", main_url).env_remove("AWS_ACCESS_KEY_ID").env("AWS_EC2_METADATA_DISABLED", "true");
    let finished = finish(&mut command);
    assert_eq!(finished.code, Some(2), "{}", finished.stdout);
    assert!(finished.stderr.contains("AWS_PROFILE"), "{}", finished.stderr);
}
