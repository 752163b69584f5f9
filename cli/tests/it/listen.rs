//! `chathooks listen`: receives a queue's events, delivers them, and only then deletes them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::HeaderMap;
use serde_json::Value;
use standardwebhooks::Webhook;
use tempfile::tempdir;
use testkit::{Receiver, Reply, Sqs};

use crate::filled::{Running, counts, event, fill, ids, with, with_access};
use crate::forward::DEMO_SECRET;
use crate::gateway::{Gateway, chathooks, finish};

/// The command on a free port, with its history in this folder.
pub(crate) fn listen(url: &str, receiver: &Receiver, folder: &Path) -> Command {
    let to = receiver.url();
    let arguments = ["listen", "--port", "0", "--queue-url", url, "--forward-to", to.trim_start_matches("http://"), "--history-file"];
    let mut command = with_access(&arguments);
    command.arg(folder.join("listen.sqlite3"));
    command
}

fn events(count: usize) -> Vec<Value> {
    (0..count).map(|number| event(&format!("k{number}"), &format!("chat{number}"), "kommo", "message")).collect()
}

/// Returns its lines up to the `count`th that contains this part.
fn lines_until(child: &mut Child, part: &str, count: usize) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for line in BufReader::new(child.stdout.as_mut().expect("stdout")).lines().map_while(Result::ok) {
        seen.push(line);
        if seen.iter().filter(|line| line.contains(part)).count() == count {
            return seen;
        }
    }
    panic!("{seen:?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_deleted_after_the_handler_responds_with_2xx() {
    let calls = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| Reply::Status(if calls.fetch_add(1, Ordering::SeqCst) == 0 { 500 } else { 204 })).await;
    let (queue, folder) = (Sqs::start().create_queue("listen").await, tempdir().expect("a folder"));
    fill(&queue, &events(3)).await;
    let mut child = listen(queue.url(), &receiver, folder.path()).stdout(Stdio::piped()).spawn().expect("it starts");
    let lines = lines_until(&mut child, " delivered in ", 3);
    let arrivals = receiver.received(4).await;
    assert!(lines.iter().any(|line| line.contains("failed (the receiver answered 500), retry in ")), "{lines:?}");
    assert!(
        lines[0].contains(&format!("receives the events of {} (3 messages in it now), and delivers to http://127.0.0.1", queue.url())),
        "{lines:?}"
    );
    assert!(lines[1].contains("use a queue that only you consume"), "{lines:?}");
    assert!(lines[2].is_empty() && lines[3].starts_with("inspector: http://127.0.0.1:"), "{lines:?}");
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    for arrival in &arrivals {
        let header = |name: &'static str| (name.parse().expect("a name"), arrival.request.header(name).parse().expect("a value"));
        let headers: HeaderMap = names.into_iter().map(header).collect();
        assert!(Webhook::new(DEMO_SECRET).expect("a secret").verify(&arrival.request.body, &headers).is_ok());
    }
    assert_eq!(receiver.counts().len(), 3);
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    child.wait().expect("it ended");
    assert_eq!(counts(&queue).await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_without_a_response_stays_in_the_queue() {
    for (signal, left) in [("INT", [2, 0]), ("KILL", [0, 2])] {
        let receiver = Receiver::start(|_| Reply::Hang).await;
        let (queue, folder) = (Sqs::start().create_queue("listen-hang").await, tempdir().expect("a folder"));
        fill(&queue, &events(2)).await;
        let running = Running::start(&mut listen(queue.url(), &receiver, folder.path()));
        receiver.received(2).await;
        running.end_by(signal);
        assert_eq!(counts(&queue).await, left, "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_keeps_its_order_and_waits_for_a_failed_event() {
    let receiver = Receiver::start(|request| Reply::Status(if request.header("webhook-id") == "k1" { 500 } else { 200 })).await;
    let (queue, folder) = (Sqs::start().create_fifo_queue("listen").await, tempdir().expect("a folder"));
    let of = |id: &str, chat: &str| event(id, chat, "kommo", "message");
    fill(&queue, &[of("k0", "a"), of("k1", "a"), of("k2", "a"), of("k3", "b")]).await;
    let finished = finish(listen(queue.url(), &receiver, folder.path()).arg("--once"));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{}", finished.stdout);
    assert!(!receiver.counts().contains_key("k2"), "{:?}", receiver.counts());
    assert_eq!(counts(&queue).await.iter().sum::<usize>(), 2, "{}", finished.stdout);
    assert!(!finished.stdout.contains("hush"), "{}", finished.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_given_up_does_not_take_its_group_along() {
    let receiver = Receiver::start(|request| Reply::Status(if request.header("webhook-id") == "k0" { 500 } else { 200 })).await;
    let ([queue, dead], folder) = (Sqs::start().create_fifo_queue_with_dead_letters("listen", 2).await, tempdir().expect("a folder"));
    fill(&queue, &["k0", "k1", "k2"].map(|id| event(id, "a", "kommo", "message"))).await;
    let finished = finish(listen(queue.url(), &receiver, folder.path()).arg("--once"));
    let last = finished.stdout.lines().find(|line| line.contains(" k0 failed") && line.contains("in the last attempt"));
    assert!(last.is_some(), "{}", finished.stdout);
    assert!(!ids(&dead.peek().await).iter().any(|id| id != "k0"), "{}", finished.stdout);
    assert_eq!((receiver.counts()["k0"], receiver.counts()["k1"], receiver.counts()["k2"]), (2, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_not_an_event_does_not_block_its_group() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let (queue, folder) = (Sqs::start().create_fifo_queue("listen").await, tempdir().expect("a folder"));
    let mut first = with(&event("k0", "a", "kommo", "message"), true);
    first["MessageBody"] = "not an event".into();
    queue.call("SendMessage", first).await;
    fill(&queue, &[event("k1", "a", "kommo", "message")]).await;
    let finished = finish(listen(queue.url(), &receiver, folder.path()).arg("--once"));
    let second = finished.stdout.lines().filter(|line| line.contains(" ==> ")).nth(1);
    assert!(second.is_some_and(|line| line.contains(" k1 delivered in ")), "{}", finished.stdout);
}

#[test]
fn a_queue_is_not_consumed_by_mistake() {
    let url = "http://127.0.0.1:1/123456789012/q";
    let finished = finish(with_access(&["listen", "--forward-to", "localhost:3000"]).env("QUEUE_URL", url));
    assert!(finished.code == Some(2) && finished.stderr.contains("--queue-url"), "{}", finished.stderr);
    let finished = finish(&mut with_access(&["listen", "--queue-url", url, "--forward-to", "ftp://hush"]));
    assert!(finished.code == Some(2) && finished.stderr.contains("--forward-to: it must be"), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_file_is_not_a_queue_and_its_port_is_not_shared() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let queue = Sqs::start().create_queue("listen").await;
    let folder = tempdir().expect("a folder");
    let mut command = listen(queue.url(), &receiver, folder.path());
    let gateway = Gateway::spawn(&mut command, folder);
    let port = gateway.origin.rsplit(':').next().expect("a port").to_owned();
    let other = tempdir().expect("a folder");
    let arguments = ["listen", "--port", &port, "--queue-url", queue.url(), "--forward-to", ":3000", "--history-file"];
    let taken = finish(with_access(&arguments).arg(other.path().join("listen.sqlite3")));
    assert!(taken.code == Some(2) && taken.stderr.contains(&format!("port {port} is taken")), "{}", taken.stderr);
    let folder = gateway.kill();
    let file = folder.path().join("listen.sqlite3");
    for command in [&["dev", "--port", "0", "--queue-file"][..], &["queue", "--queue-file"]] {
        let refused = finish(chathooks(command).arg(&file));
        assert!(refused.code == Some(2) && refused.stderr.contains("is not a queue of chathooks"), "{}", refused.stderr);
    }
}

#[test]
fn missing_credentials_are_one_line_of_advice() {
    let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/q";
    let folder = tempdir().expect("a folder");
    let history = folder.path().join("listen.sqlite3").display().to_string();
    let listen = ["listen", "--port", "0", "--forward-to", ":3000", "--queue-url", url, "--history-file", &history];
    for arguments in [&["doctor", "--stack", "chathooks"][..], &listen] {
        let settings = [("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true")];
        let finished = finish(chathooks(arguments).env("HOME", folder.path()).envs(settings));
        assert!(finished.code == Some(2) && finished.stderr.contains("(no credentials found in chain)"), "{}", finished.stderr);
        assert!(finished.stderr.contains("set AWS_PROFILE") && finished.stderr.lines().count() == 1, "{}", finished.stderr);
    }
}
