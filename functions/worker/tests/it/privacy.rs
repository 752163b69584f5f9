//! Event content, the receiver's address and response, and the secret are never printed.

use serde_json::Value;
use testkit::wire::Request;
use testkit::{Fault, FaultySqs, Function, Receiver, Reply, Sqs, demo_env, samples};

use crate::bench::{Bench, FIFO, Queued, SECRET, STANDARD, binary, event, message};

/// A number that no clock, id or counter of a test reaches.
const CANARY: &str = "482915730648217";
/// The members that a log line can show, or that the worker needs.
const UNPLANTED: [&str; 5] = ["id", "specversion", "provider", "kind", "encoding"];

/// Returns an event with a canary in each text except those in [`UNPLANTED`].
fn planted(id: &str) -> Value {
    let mut event = event(id);
    event["data"]["sender"] = serde_json::json!({"id": "u", "role": "customer", "name": "n", "phone": "1", "email": "e"});
    event["data"]["original"]["body"] = samples("kommo")[0].body.iter().map(|byte| char::from(*byte)).collect::<String>().into();
    plant(&mut event);
    event
}

fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| !UNPLANTED.contains(&name.as_str())).for_each(|(_, value)| plant(value))
        }
        Value::Array(values) => values.iter_mut().for_each(plant),
        Value::String(text) => text.push_str(CANARY),
        _ => {}
    }
}

#[tokio::test]
async fn nothing_private_is_printed() {
    let replies = [Reply::Status(200), Reply::Status(500), Reply::Reset, Reply::Redirect(302, format!("http://127.0.0.1:9/{CANARY}"))];
    for reply in replies.into_iter().map(Some).chain([None]) {
        let receiver = Receiver::start({
            let reply = reply.clone();
            move |_| reply.clone().unwrap_or(Reply::Status(200))
        })
        .await;
        let url = format!("{}&token={CANARY}", receiver.url());
        let settings = [("DELIVERY_URL", url.as_str()), ("DELIVERY_SECRET", SECRET)];
        let settings = if reply.is_some() { &settings[..] } else { &[] };
        let bench = Bench { worker: Function::start(binary(), settings).await, receiver };
        let mut poisoned = planted("kommo-3");
        poisoned["id"] = format!("kommo-{CANARY}\n").into();
        let batch = [
            message("m-1", "g", planted("kommo-1")),
            message("m-2", "g", planted("kommo-2")),
            message("m-3", "h", &poisoned),
            message("m-4", "i", format!("{{\"id\":\"{CANARY}\"")),
            message("m-5", "j", format!("{{\"specversion\":{CANARY}}}")),
        ];
        for queue in [STANDARD, FIFO] {
            bench.deliver(queue, &batch).await;
        }
        // The runtime reports an event that is not a batch as an error, which must not quote it.
        for event in [format!("{{\"Records\":{CANARY}}}"), format!("{{\"Records\":[\"{CANARY}\"]}}"), format!("\"{CANARY}\"")] {
            let outcome = bench.worker.invoke(event.into_bytes()).await.outcome;
            assert!(!format!("{outcome:?}").contains(CANARY), "{outcome:?}");
        }
        let printed = bench.worker.stop().join("\n");
        assert!(printed.contains("kommo-1") && printed.contains("m-5"), "{printed}");
        let secrets = demo_env().into_iter().map(|(_, secret)| secret);
        for private in secrets.chain([CANARY.to_owned(), SECRET.replace("whsec_", ""), "127.0.0.1".to_owned(), "Grüße".to_owned()]) {
            assert!(!printed.contains(&private), "{private} is in {printed}");
        }
    }
}

#[tokio::test]
async fn nothing_private_in_calls_to_sqs_is_printed() {
    for fault in [Fault::Pass, Fault::Deny, Fault::MissingQueue, Fault::Close, Fault::Garbage] {
        let [queue, dead] = [Sqs::start().create_queue("worker").await, Sqs::start().create_queue("dead").await];
        let broken = FaultySqs::start(&dead.endpoint()).await;
        let decide = |request: &Request| match request.header("webhook-id") {
            "kommo-1" => Reply::with(422, "chathooks-refuse", "true"),
            _ => Reply::with(503, "retry-after", CANARY),
        };
        let bench = Queued::start(queue, decide, &[("DEAD_LETTER_QUEUE_URL", &broken.queue_url(&dead))]).await;
        broken.set(fault.clone());
        bench.sqs.set(fault);
        let attributes = serde_json::json!({"customer": {"DataType": "String", "StringValue": CANARY}});
        for body in [planted("kommo-1").to_string(), planted("kommo-2").to_string(), format!("{{\"id\":\"{CANARY}\"")] {
            bench.queue.send(&body, serde_json::json!({"MessageAttributes": attributes})).await;
        }
        let messages = bench.queue.receive().await;
        bench.deliver(&messages).await;
        let printed = bench.worker.stop().join("\n");
        assert!(printed.contains("kommo-1") && printed.contains("kommo-2") && printed.contains("invalid"), "{printed}");
        let handles = messages.iter().map(|message| message.receipt_handle.clone());
        let private = handles.chain([CANARY, &SECRET["whsec_".len()..], "127.0.0.1", "test-secret-access-key", "Grüße"].map(str::to_owned));
        for private in private {
            assert!(!printed.contains(&private), "{private} is in {printed}");
        }
    }
}
