//! `lambda-*`: each event is handled once, failures are isolated, and FIFO order is kept. The runtime's own client
//! runs the handler; SQS, DynamoDB and the event source mapping are real servers or emulators.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;
use testkit::future::Futures;
use testkit::wire::{Headers, Request, call};
use testkit::{Function, Mapping, Queue, Sqs, StoredMessage, failures, sqs_event};

use crate::feed::{Feed, of_other_versions};
use crate::program::{copy_of, file, folders_python, node_path, npm};

/// A running function, and the file that Lambda would execute.
struct Consumer {
    function: Function,
    _folder: tempfile::TempDir,
}

impl Consumer {
    /// Starts the function with its own table. The event `fails_once` fails on its first attempt.
    async fn start(language: Language, fails_once: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let bootstrap = folder.path().join("bootstrap");
        fs::write(&bootstrap, language.bootstrap()).expect("a file");
        fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        let table = format!("handled-{}", folder.path().file_name().expect("a name").to_string_lossy().replace('.', ""));
        create_table(&table).await;
        let endpoint = Sqs::start().endpoint();
        let env = [("AWS_ENDPOINT_URL", endpoint.as_str()), ("HANDLED_EVENTS_TABLE", &table), ("FAIL_ONCE", fails_once)];
        Self { function: Function::start(&bootstrap, &env).await, _folder: folder }
    }

    /// Returns the indexes of the messages that failed.
    async fn failed(&self, queue: &Queue, messages: &[StoredMessage]) -> Vec<usize> {
        let invocation = self.function.invoke(sqs_event(&queue.arn(), messages).to_string().into_bytes()).await;
        let index = |id: &String| messages.iter().position(|message| message.message_id == *id).expect("one of them");
        failures(&invocation.outcome).iter().map(index).collect()
    }

    /// Stops the function, and returns how many times each event was handled, with all log lines.
    fn counts(self, ids: &[&str]) -> (Vec<usize>, Vec<String>) {
        let lines = self.function.stop();
        let count = |id: &&str| lines.iter().filter(|line| line.contains("\"event_id\"") && line.contains(*id)).count();
        (ids.iter().map(count).collect(), lines)
    }
}

#[derive(Clone, Copy)]
enum Language {
    Python,
    TypeScript,
}

impl Language {
    fn bootstrap(self) -> String {
        match self {
            Self::Python => format!(
                "#!/bin/sh\ncd '{}' && PYTHONPATH=. exec '{}' '{}'\n",
                copy_of("lambda-python").join("src").display(),
                folders_python().display(),
                file("tests/lambda/failing.py").display()
            ),
            Self::TypeScript => format!(
                "#!/bin/sh\nexec '{}' '{}' '{}'\n",
                node_path().display(),
                file("tests/lambda/failing.mjs").display(),
                bundle().display()
            ),
        }
    }
}

/// Returns the bundle that `npm run build` creates, after type-checking the source.
fn bundle() -> &'static Path {
    static BUNDLE: OnceLock<PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        let folder = copy_of("lambda-typescript");
        npm(&folder, &["run", "check"]);
        npm(&folder, &["run", "build"]);
        folder.join("dist/handler.mjs")
    })
}

/// Creates the table of the templates.
async fn create_table(name: &str) {
    let input = json!({
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    let endpoint = Sqs::start().endpoint();
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "DynamoDB_20120810.CreateTable"),
        ("authorization", "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"),
    ];
    let headers: Headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let request = Request { method: "POST".into(), target: "/".into(), headers, body: input.to_string().into_bytes() };
    let response = call(endpoint.trim_start_matches("http://"), &request).await.expect("moto responds");
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
}

async fn each_event_once(language: Language) {
    let [queue, dead] = Sqs::start().create_queue_with_dead_letters("lambda", 3).await;
    let feed = Feed::new(&queue).await;
    let text = feed.text("a", "hush one").await;
    assert_eq!(feed.text("a", "hush one").await, text);
    let elsewhere = Sqs::start().create_queue("lambda-other").await;
    Feed::new(&elsewhere).await.text("b", "hush two").await;
    let of_other_versions = of_other_versions(&elsewhere.receive_all().await[0].body);
    let typing = feed.sample("v2-typing").await;
    queue.send("no event: hush", json!({})).await;
    queue.send(r#"{"specversion":"1.0","id":"kommo-1","data":"hush"}"#, json!({})).await;
    for body in &of_other_versions {
        queue.send(body, json!({})).await;
    }

    let consumer = Consumer::start(language, &typing).await;
    let mut mapping = Mapping::new(&queue, &consumer.function);
    while mapping.poll().await.is_some() {}
    // Much later, the same event arrives from another queue.
    assert_eq!(feed.text("a", "hush one").await, text);
    let again = queue.receive().await;
    assert_eq!(consumer.failed(&queue, &again).await, [0; 0]);

    // Everything that is not an event of version 1 was attempted three times without affecting the
    // rest; the event that failed once was handled.
    let broken: Vec<_> = dead.receive_all().await.into_iter().map(|message| message.body).collect();
    assert!(broken.len() == 5 && broken.iter().all(|body| body.contains("hush")), "{broken:?}");
    assert!(of_other_versions.iter().all(|body| broken.contains(body)), "{broken:?}");
    let (counts, lines) = consumer.counts(&[&text, &typing]);
    assert_eq!(counts, [1, 1], "{lines:#?}");
    assert!(lines.iter().filter(|line| line.contains("failed")).count() >= 16, "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("hush")), "{lines:#?}");
}

/// Events that follow a failed one in its conversation wait with it; other conversations do not.
async fn order_through_a_failure(language: Language) {
    let queue = Sqs::start().create_fifo_queue("lambda").await;
    let feed = Feed::new(&queue).await;
    let [one, two, three] = [feed.text("a", "one").await, feed.text("a", "two").await, feed.text("b", "three").await];
    let mut messages = queue.receive().await;
    while messages.len() < 3 {
        messages.extend(queue.receive().await);
    }
    messages.sort_by_key(|message| [&one, &two, &three].iter().position(|id| message.body.contains(id.as_str())));

    let consumer = Consumer::start(language, &one).await;
    assert_eq!(consumer.failed(&queue, &messages).await, [0, 1]);
    assert_eq!(consumer.failed(&queue, &messages[..2]).await, [0; 0]);
    let (_, lines) = consumer.counts(&[]);
    let index = |id: &str| lines.iter().position(|line| line.contains("\"event_id\"") && line.contains(id)).expect("handled");
    assert!(index(&three) < index(&one) && index(&one) < index(&two), "{lines:#?}");
}

/// Checks every form that version 1 allows an event to take, each with a unique ID.
async fn later_versions_are_read(language: Language) {
    let queue = Sqs::start().create_queue("lambda").await;
    Feed::new(&queue).await.sample("v2-text").await;
    let [message]: [StoredMessage; 1] = queue.receive().await.try_into().expect("one message");
    let consumer = Consumer::start(language, "").await;
    let mut messages: Vec<StoredMessage> = Vec::new();
    for (index, mut future) in Futures::new().of(&message.json()).into_iter().enumerate() {
        future.event["id"] = format!("kommo-{index:032x}").into();
        let (message_id, body) = (format!("{}, {}", index, future.name), future.event.to_string());
        messages.push(StoredMessage { message_id, body, ..message.clone() });
    }
    assert!(messages.len() > 10, "{}", messages.len());
    for batch in messages.chunks(10) {
        let failed = consumer.failed(&queue, batch).await;
        let names: Vec<&str> = failed.iter().map(|index| batch[*index].message_id.as_str()).collect();
        assert_eq!(names, [""; 0], "{:#?}", consumer.function.logs());
    }
    let ids: Vec<String> = messages.iter().map(|message| message.json()["id"].as_str().expect("an id").to_owned()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(consumer.counts(&ids).0, vec![1; ids.len()]);
}

#[tokio::test]
async fn python_handles_each_event_once() {
    each_event_once(Language::Python).await;
}

#[tokio::test]
async fn python_keeps_order_through_a_failure() {
    order_through_a_failure(Language::Python).await;
}

#[tokio::test]
async fn python_reads_later_versions() {
    later_versions_are_read(Language::Python).await;
}

#[tokio::test]
async fn typescript_handles_each_event_once() {
    each_event_once(Language::TypeScript).await;
}

#[tokio::test]
async fn typescript_keeps_order_through_a_failure() {
    order_through_a_failure(Language::TypeScript).await;
}

#[tokio::test]
async fn typescript_reads_later_versions() {
    later_versions_are_read(Language::TypeScript).await;
}
