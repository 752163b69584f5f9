//! Records that no delivery can help: each fails without affecting the others, also on a FIFO queue.

use serde_json::{Value, json};
use testkit::{Reply, StoredMessage};

use crate::bench::{Bench, FIFO, STANDARD, event, message, messages};

/// Returns an event without one of its members.
fn without(name: &str) -> Value {
    let mut event = event("kommo-poison");
    event.as_object_mut().expect("an object").remove(name);
    event
}

/// Returns an event with another value for a member.
fn with(name: &str, value: Value) -> Value {
    let mut event = event("kommo-poison");
    event[name] = value;
    event
}

/// Returns bodies that are not events.
fn bodies() -> Vec<String> {
    let long = "a".repeat(257);
    let ids = ["", "kommo-a\nb", "kommo-a\r\nx-header: 1", "kommo-a b", "kommo-\u{0}", "kommo-ü", "kommo-\u{7f}", &long];
    let ids = ids.map(|id| event(id).to_string());
    let values = [json!({}), json!([]), json!("text"), json!(1), json!(null), without("id"), without("specversion"), without("data")];
    let wrong = [("id", json!(1)), ("specversion", json!("0.3")), ("specversion", json!(1.0)), ("data", json!("{}")), ("data", json!([]))];
    let values = values.into_iter().chain(wrong.map(|(name, value)| with(name, value)));
    let texts = ["", " ", "not JSON", "{", "{}{}", "\u{0}"].map(str::to_owned);
    ids.into_iter().chain(values.map(|value| value.to_string())).chain(texts).collect()
}

#[tokio::test]
async fn poison_fails_alone() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    for queue in [STANDARD, FIFO] {
        for body in bodies() {
            let mut batch: Vec<StoredMessage> = messages(&["a1", "a2"]);
            batch.insert(1, message("m-poison", "a", &body));
            let before = bench.arrived().len();
            assert_eq!(bench.deliver(queue, &batch).await, ["m-poison"], "{queue}, {body:?}");
            let mut arrived = bench.arrived().split_off(before);
            arrived.sort();
            assert_eq!(arrived, ["kommo-a1", "kommo-a2"], "{queue}, {body:?}");
        }
    }
    let line = bench.worker.log_with("m-poison").await;
    assert!(line.contains("the record is not an event") && line.contains(r#""level":"WARN""#), "{line}");
}

#[tokio::test]
async fn an_event_of_a_newer_function_is_not_poison() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    let mut newer = event("acme-1");
    newer["data"] = json!({"provider": "acme", "kind": "call", "sender": {"role": "robot"}, "more": [1]});
    newer["extension"] = json!("x");
    let longest = with("id", json!("a".repeat(256)));
    for event in [newer, longest, without("type"), without("source"), without("time"), without("subject")] {
        arrives(&bench, &event.to_string()).await;
    }
}

/// Checks that an event is delivered byte for byte.
async fn arrives(bench: &Bench, event: &str) {
    let before = bench.receiver.arrivals().len();
    assert!(bench.deliver(STANDARD, &[message("m-1", "g", event)]).await.is_empty(), "{event}");
    assert_eq!(bench.receiver.arrivals()[before].request.body, event.as_bytes(), "{event}");
}

#[tokio::test]
async fn a_member_of_another_type_is_left_to_the_receiver() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    for (name, value) in
        [("time", json!(null)), ("source", json!(null)), ("type", json!(5)), ("subject", json!(5)), ("traceparent", json!(1))]
    {
        arrives(&bench, &with(name, value).to_string()).await;
    }
    for data in [
        r#"{"status":"paid"}"#,
        r#"{"message":"hi"}"#,
        r#"{"conversation":5,"kind":null,"warnings":null,"provider":5}"#,
        r#"{"message":{"text":"\ud800","attachments":[{"size":1.5,"latitude":1e999},{"size":-1}]}}"#,
    ] {
        arrives(&bench, &format!(r#"{{"specversion":"1.0","id":"kommo-a","time":1,"time":"2","data":{data} }}"#)).await;
    }
    // Deeper than parsers usually support.
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    arrives(&bench, &format!(r#"{{"specversion":"1.0","id":"kommo-a","data":{{"new":{deep}}}}}"#)).await;
}
