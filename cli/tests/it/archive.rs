//! `examples/templates/*.py`: an archive in S3 is exported for `chathooks replay`, and a person is erased from
//! it.

use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Sqs, workspace};

use crate::filled::{event, with_access};
use crate::gateway::finish;

/// Uploads objects, given as keys and lines, to a new bucket.
const UPLOAD: &str = "import boto3, gzip, json, sys
s3 = boto3.client('s3')
bucket, objects = json.load(sys.stdin)
s3.create_bucket(Bucket=bucket)
for key, text in objects.items():
    body = text.encode()
    s3.put_object(Bucket=bucket, Key=key, Body=body if key.endswith('broken.gz') else gzip.compress(body))";

fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new(workspace().join(".venv/bin/python"));
    let access = [("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test")];
    command.args(arguments).env_clear().envs(access).env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_ENDPOINT_URL", Sqs::start().endpoint());
    command
}

fn upload(bucket: &str, objects: &Value) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("objects.json");
    std::fs::write(&file, json!([bucket, objects]).to_string()).expect("a file");
    let input = Stdio::from(std::fs::File::open(&file).expect("the file"));
    let output = python(&["-c", UPLOAD]).stdin(input).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn export(prefix: &str) -> (Option<i32>, String, String) {
    run("export.py", &[prefix])
}

fn run(name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let script = workspace().join("examples/templates").join(name);
    let output = python(&[script.to_str().expect("text")]).args(arguments).output().expect("Python runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_event_is_replayed_as_it_was() {
    let mut events: Vec<Value> = ["k1", "k2", "k3", "k4"].iter().map(|id| event(id, "a", "kommo", "message")).collect();
    events[0]["traceparent"] = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".into();
    // Python treats both as line ends; JSON does not.
    events[1]["data"]["message"] = json!({"text": "one\u{2028}two\u{85}three"});
    let line = |at: usize| format!("{}\n", events[at]);
    upload(
        "archive",
        &json!({
            "events/2026/11/26/23/1.jsonl.gz": line(3),
            "events/2026/11/27/08/1.jsonl.gz": line(0) + &line(1),
            "events/2026/11/27/09/1.jsonl.gz": line(1) + &line(2),
        }),
    );
    let (code, lines, errors) = export("s3://archive/events/2026/11/27/");
    assert_eq!((code, errors.as_str(), lines.lines().count()), (Some(0), "", 3));
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines).expect("a file");

    let queue = Sqs::start().create_fifo_queue("archive").await;
    let finished = finish(with_access(&["replay"]).arg(&file).args(["--queue-url", queue.url(), "--execute"]));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let messages = queue.receive_all().await;
    let bodies: Vec<Value> = messages.iter().map(testkit::StoredMessage::json).collect();
    assert_eq!(bodies, events[..3]);
    for (message, event) in messages.iter().zip(&events) {
        assert_eq!(json!(message.system["MessageGroupId"]), event["subject"]);
        assert_eq!(json!(message.system["MessageDeduplicationId"]), event["id"]);
        assert_eq!(message.attributes.get("traceparent").map(|value| json!(value)), event.get("traceparent").cloned());
        assert_eq!(json!(message.attributes["type"]), event["type"]);
    }
}

#[test]
fn an_invalid_prefix_is_reported() {
    for prefix in ["", "events/2026", "https://archive/events"] {
        let (code, lines, errors) = export(prefix);
        assert!(code == Some(1) && lines.is_empty() && errors.starts_with("usage: "), "{errors}");
    }
}

/// Reports unreadable lines and objects without their content, and writes the rest.
#[test]
fn a_line_that_is_not_an_event_does_not_stop_the_export() {
    let [one, two] = ["k1", "k2"].map(|id| event(id, "a", "kommo", "message"));
    let lines = format!("{one}\nhush\n[\"hush\"]\n{{\"id\":\"hush\"}}\n\n{two}\n");
    upload("torn", &json!({"events/1.jsonl.gz": lines, "events/0-broken.gz": "hush"}));
    let (code, lines, errors) = export("s3://torn/events/");
    assert_eq!((code, lines.lines().count()), (Some(1), 2), "{errors}");
    assert!(lines.contains("k1") && lines.contains("k2") && !errors.contains("hush"), "{errors}");
    let reported: Vec<&str> = errors.lines().collect();
    assert_eq!(
        reported,
        [
            "s3://torn/events/0-broken.gz: not written: BadGzipFile",
            "s3://torn/events/1.jsonl.gz, line 2: not written: JSONDecodeError",
            "s3://torn/events/1.jsonl.gz, line 3: not written: TypeError",
            "s3://torn/events/1.jsonl.gz, line 4: not written: KeyError",
            "4 lines or objects were not written; all others were",
        ]
    );
    let (code, lines, errors) = export("s3://no-such-bucket/events/");
    assert!(code == Some(1) && lines.is_empty() && errors.starts_with("cannot read s3://no-such-bucket/events/: "), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

/// An event that names no person can still contain one in the original body. Such events are candidates, and only
/// those given by ID are erased.
#[test]
fn a_person_in_an_original_body_is_a_candidate() {
    let base64 = |bytes: &[u8]| BASE64.encode(bytes);
    let found = [
        ("utf-8", r#"{"hush":[{"from":"+1202"}]}"#.to_owned()),
        ("utf-8", r#"{"hush":1202}"#.to_owned()),
        ("utf-8", r#"{"hush":"one\n1202\u002d"}"#.to_owned()),
        ("utf-8", r#"{"1202":1,"a":"1202","a":2}"#.to_owned()),
        ("utf-8", r#"{"hush":"https://example.com/?tel=%2B1202"}"#.to_owned()),
        ("utf-8", "hush=1&tel=%31202&a=b".to_owned()),
        ("utf-8", format!("{}\"1202\"", "[".repeat(100_000))),
        ("base64", base64(b"{\"hush\":\"\xff\",\"from\":\"1202\"}")),
    ];
    let not_found = [
        ("utf-8", r#"{"hush":["11202","12025","x1202","1202_"]}"#.to_owned()),
        ("utf-8", "hush=%311202".to_owned()),
        ("base64", base64(b"11202")),
        ("utf-8", base64(b"1202")),
    ];
    let line = |(at, (encoding, body)): (usize, &(&str, String))| {
        let mut event = event(&format!("k{at}"), "a", "kommo", "unknown");
        event["data"]["original"] = json!({"body": body, "encoding": encoding});
        format!("{event}\n")
    };
    upload("originals", &json!({"events/1.gz": found.iter().chain(&not_found).enumerate().map(line).collect::<String>()}));
    let listed = |from: usize| {
        let line = |at: usize| format!("s3://originals/events/1.gz, line {}: candidate k{}\n", at - from + 1, at);
        (from..found.len()).map(line).collect::<String>()
    };
    let kept = |count: usize| format!("{count} candidates kept: PERSON is in their original bodies\n");
    let erase = |more: &[&str]| run("erase.py", &[&["s3://originals/", "1202"], more].concat());
    let counted = listed(0) + "0 events to erase\n" + &kept(8);
    assert_eq!(erase(&[]), (Some(0), counted.clone(), String::new()));
    assert_eq!(erase(&["--execute"]), (Some(0), counted.replace("to erase", "erased"), String::new()));
    // The last two are not candidates.
    let (code, lines, errors) = erase(&["--execute", "k0", "k8", "k11"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(lines.ends_with(&("1 events erased\n".to_owned() + &kept(7))) && !lines.contains("hush"), "{lines}");
    let (_, lines, _) = erase(&["--execute", "k1", "k2", "k3", "k4", "k5", "k6", "k7"]);
    assert_eq!(lines, "7 events erased\n");
    assert_eq!(export("s3://originals/").1.lines().count(), not_found.len());
}

#[test]
fn an_original_body_that_cannot_be_searched_is_reported() {
    let broken = |at: usize, original: Value| {
        let mut event = event(&format!("k{at}"), "a", "kommo", "unknown");
        event["data"]["original"] = original;
        format!("{event}\n")
    };
    let originals =
        [json!({"body": "hush", "encoding": "of-tomorrow"}), json!({"body": "hush!", "encoding": "base64"}), json!({"body": 1202})];
    upload(
        "unsearched",
        &json!({"events/1.gz": originals.into_iter().enumerate().map(|(at, original)| broken(at, original)).collect::<String>()}),
    );
    let (code, lines, errors) = run("erase.py", &["s3://unsearched/", "1202", "--execute", "k0"]);
    assert_eq!((code, lines.as_str(), errors.lines().count()), (Some(1), "0 events erased\n", 4), "{errors}");
    assert!(!errors.contains("hush"), "{errors}");
}

#[test]
fn a_person_is_erased_from_the_archive() {
    let of = |id: &str, conversation: &str, sender: Value| {
        let mut event = event(id, conversation, "kommo", "message");
        event["data"]["conversation"] = json!(conversation);
        event["data"]["sender"] = sender;
        event["data"]["recipient"] = json!({"id": "desk", "phone": null, "email": null});
        format!("{event}\n")
    };
    let person = json!({"id": "rider-7", "phone": "12025550177", "email": null});
    let theirs = of("k1", "chat-1", person.clone());
    let others = of("k2", "chat-2", json!({"id": "rider-77", "phone": null, "email": null})) + &of("k3", "chat-3", Value::Null);
    upload("erase", &json!({"events/1.gz": theirs.clone() + &others, "events/2.gz": theirs, "events/3.gz": others}));
    let ids = || {
        let (code, lines, errors) = export("s3://erase/");
        assert_eq!(code, Some(0), "{errors}");
        ["k1", "k2", "k3"].map(|id| lines.contains(id))
    };

    for wrong in [vec!["s3://erase/"], vec!["s3://erase/", ""], vec!["s3://erase/", "rider-7", "--now"], vec!["erase", "rider-7"]] {
        let (code, _, errors) = run("erase.py", &wrong);
        assert!(code == Some(1) && errors.starts_with("usage: "), "{errors}");
    }
    assert_eq!(run("erase.py", &["s3://erase/", "12025550177"]), (Some(0), "2 events to erase\n".to_owned(), String::new()));
    assert_eq!(ids(), [true, true, true]);
    assert_eq!(run("erase.py", &["s3://erase/", "rider-7", "--execute"]), (Some(0), "2 events erased\n".to_owned(), String::new()));
    assert_eq!(ids(), [false, true, true]);
    assert_eq!(run("erase.py", &["s3://erase/", "rider-7"]).1, "0 events to erase\n");

    upload("erase-torn", &json!({"errors/1-broken.gz": "hush", "events/1.gz": "hush\n"}));
    let (code, lines, errors) = run("erase.py", &["s3://erase-torn/", "rider-7", "--execute"]);
    assert_eq!((code, lines.as_str(), errors.lines().count()), (Some(1), "0 events erased\n", 3));
    assert!(!errors.contains("hush"), "{errors}");
}
