//! Nothing of an event's content, of the receiver's address or answer, or of the secret reaches what is printed.

use serde_json::Value;
use testkit::{Function, Receiver, Reply, demo_env, samples};

use crate::bench::{Bench, FIFO, SECRET, STANDARD, binary, event, message};

/// A number that no clock, id or counter of a test comes to.
const CANARY: &str = "482915730648217";
/// What a line may say of an event, and what a worker has to know.
const SPOKEN: [&str; 5] = ["id", "specversion", "provider", "kind", "encoding"];

/// An event with a canary in each text but those that a line may hold.
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
            members.iter_mut().filter(|(name, _)| !SPOKEN.contains(&name.as_str())).for_each(|(_, value)| plant(value))
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
        // What is no batch is answered by the runtime: it must not quote what it cannot read.
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
