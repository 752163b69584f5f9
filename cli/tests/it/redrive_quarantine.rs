//! `chathooks redrive --from quarantine`: how today's code parses bodies that were malformed.

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use testkit::{Queue, Sqs};

use crate::filled::{counts, with_access};
use crate::gateway::{Gateway, finish};
use crate::rows::rows;

/// Returns the envelope in which a stricter version would have quarantined a sample, and the event that the
/// current version creates.
fn quarantined(gateway: &Gateway, sample: &str) -> [Value; 2] {
    let before = rows(&gateway.queue_file()).len();
    let arguments = ["send", "--to", &gateway.origin, sample];
    assert_eq!(finish(&mut crate::gateway::chathooks(&arguments)).code, Some(0));
    let event = rows(&gateway.queue_file()).remove(before).event;
    let mut envelope = event.clone();
    let data = &event["data"];
    let provider = data["provider"].as_str().expect("a provider");
    envelope["id"] = format!("{provider}-0190d9a2c4f07d3e8a5b6c7d8e9fa{before:03}").into();
    envelope["time"] = "2026-01-02T03:04:05Z".into();
    envelope["type"] = event["type"].as_str().expect("a type").replace("message", "unknown").into();
    envelope["data"] = json!({"provider": data["provider"], "kind": "unknown", "channel": data["channel"], "original": data["original"]});
    envelope.as_object_mut().expect("an object").remove("subject");
    [envelope, event]
}

async fn put(queue: &Queue, envelope: &Value) {
    let reason = json!({"reason": {"DataType": "String", "StringValue": "not_json"}});
    queue.send(&envelope.to_string(), json!({"MessageAttributes": reason, "MessageGroupId": "g"})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_now_valid_goes_to_the_main_queue_with_the_id_of_a_fresh_delivery() {
    let gateway = Gateway::start();
    let [kommo, kommo_event] = quarantined(&gateway, "kommo/v2-text");
    let [token, token_event] = quarantined(&gateway, "kommunicate/one-to-one");
    let mut malformed = token.clone();
    malformed["data"]["original"]["body"] = "{\"message\":\"hush".into();
    // printf '{"message":"hush' | sha256sum
    malformed["data"]["original"]["sha256"] = "6e3f699e71e2e9709243e4b5f87864a485a77d41703406259099d37c6138d8db".into();
    let mut altered = kommo.clone();
    altered["data"]["original"]["body"] = "{}".into();

    let sqs = Sqs::start();
    let (main, quarantine) = (sqs.create_fifo_queue("main").await, sqs.create_queue("quarantine").await);
    for envelope in [&kommo, &token, &malformed, &altered] {
        put(&quarantine, envelope).await;
    }
    let redrive = |arguments: &[&str], secret: &str| {
        let mut command = with_access(&["redrive", "--from", "quarantine"]);
        command.args(arguments).envs([("QUEUE_URL", main.url()), ("QUARANTINE_QUEUE_URL", quarantine.url()), ("KOMMO_SECRET", secret)]);
        finish(&mut command)
    };
    let finished = redrive(&["--execute", "--provider", "kommo"], "another");
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("left, wrong_signature: "), "{}", finished.stdout);
    assert_eq!((counts(&quarantine).await, counts(&main).await), ([4, 0], [0, 0]));

    let finished = redrive(&[], "");
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("1  kommo unknown not_json        would be moved"), "{}", finished.stdout);
    assert!(finished.stdout.contains("1  kommo unknown not_json        left, altered: "), "{}", finished.stdout);
    assert_eq!((counts(&quarantine).await, counts(&main).await), ([4, 0], [0, 0]));

    let finished = redrive(&["--execute"], "");
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.ends_with("moved 2, left 2, failed 0\n") && !finished.stdout.contains("hush"), "{}", finished.stdout);
    assert_eq!(counts(&quarantine).await, [2, 0]);
    let mut messages = main.receive_all().await;
    messages.sort_by_key(|message| message.attributes["provider"].clone());
    for (message, expected) in messages.iter().zip([kommo_event, token_event]) {
        assert_eq!(message.json(), expected);
        assert_eq!(message.system["MessageDeduplicationId"], expected["id"]);
        assert_eq!(message.system["MessageGroupId"], expected["subject"]);
        assert!(!message.attributes.contains_key("reason"), "{:?}", message.attributes);
    }
    assert_eq!(messages.len(), 2);
}

#[test]
fn the_embedded_queue_does_the_same() {
    let gateway = Gateway::start();
    let [envelope, event] = quarantined(&gateway, "kommo/v2-text");
    let file = gateway.queue_file();
    Connection::open(&file)
        .and_then(|connection| {
            let sql = "UPDATE message SET queue = 'quarantine', reason = 'not_json', event_id = ?1, kind = 'unknown', body = ?2";
            connection.execute(sql, params![envelope["id"].as_str(), envelope.to_string()])
        })
        .expect("a row");
    let redrive = |secret: &str| {
        let mut command = crate::gateway::chathooks(&["redrive", "--from", "quarantine", "--execute", "--queue-file"]);
        finish(command.arg(&file).env("KOMMO_SECRET", secret))
    };
    assert_eq!(redrive("another").code, Some(1));
    assert_eq!(rows(&file)[0].queue, "quarantine");
    let finished = redrive("");
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let rows = rows(&file);
    assert_eq!((rows.len(), rows[0].queue.as_str(), &rows[0].reason, &rows[0].event), (1, "main", &None, &event));
    assert_eq!(Value::from(rows[0].event_id.clone()), event["id"]);
}
