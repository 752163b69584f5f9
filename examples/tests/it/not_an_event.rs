//! How receivers respond to a signed body that is not an event of version 1: all in the same way, without printing any
//! of it.

use serde_json::{Value, json};

use crate::program::script;
use crate::receive::{event, post, start};
use crate::receiver::Framework;

const HUSH: &str = "hush-hush";

/// Returns bodies with the statuses that they get. 422 comes with `chathooks-refuse`, because a retry is useless.
fn bodies(event: &Value) -> Vec<(String, u16)> {
    let with = |pointer: &str, value: Value| {
        let mut event = event.clone();
        *event.pointer_mut(pointer).expect(pointer) = value;
        event.to_string()
    };
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let texts = [
        String::new(),
        HUSH.to_owned(),
        format!("{{\"text\":\"{HUSH}"),
        "[".repeat(100_000),
        nested,
        format!("\u{feff}{event}"),
        event.to_string().replacen('{', "{\"hush\":NaN,", 1),
        json!(HUSH).to_string(),
        json!([event]).to_string(),
        "null".to_owned(),
        "7".to_owned(),
    ];
    let members = [
        ("/id", json!(7)),
        ("/id", Value::Null),
        ("/type", json!([HUSH])),
        ("/data", json!(HUSH)),
        ("/data", json!([HUSH])),
        ("/data", json!({})),
        ("/data", Value::Null),
        ("/data/message", json!(HUSH)),
        ("/data/message", json!([])),
        ("/data/message", json!({})),
        ("/data/message/text", json!(7)),
        ("/data/message/text", json!({"hush": HUSH})),
    ];
    let others = [("/specversion", json!("2.0")), ("/dataschema", json!("urn:chathooks:data:2")), ("/dataschema", Value::Null)];
    let refused = texts.into_iter().chain(members.map(|(pointer, value)| with(pointer, value))).map(|body| (body, 422));
    let retried = others.map(|(pointer, value)| with(pointer, value)).into_iter().chain(["{}".to_owned()]).map(|body| (body, 503));
    refused.chain(retried).collect()
}

#[tokio::test]
async fn all_receivers_respond_alike() {
    let (id, json) = event(HUSH).await;
    let bodies = bodies(&serde_json::from_str(&json).expect("an event"));
    let scripts = ["receive.py", "receive.mjs"].map(|name| start(script(name)));
    let frameworks = [Framework::FastApi, Framework::Express].map(Framework::start);
    let addresses = scripts.iter().map(|(_, address)| address).chain(frameworks.iter().map(|receiver| &receiver.address));
    for (number, address) in addresses.enumerate() {
        for (body, status) in &bodies {
            let refuse = (*status == 422).then(|| "true".to_owned());
            let shown = body.get(..300).unwrap_or(body);
            assert_eq!(post(address, &id, body).await, (*status, refuse), "receiver {number}: {shown}");
        }
        // No rejected body caused its ID to be recorded as handled.
        assert_eq!(post(address, &id, &json).await, (204, None), "receiver {number}");
    }
    let [python, node] = scripts.map(|(program, _)| program.stop());
    for (lines, errors) in [python, node] {
        assert_eq!(lines, [format!("{id} com.kommo.message \"{HUSH}\"")]);
        let refused = errors.iter().filter(|line| **line == format!("event {id} refused")).count();
        assert_eq!(refused, bodies.iter().filter(|(_, status)| *status == 422).count(), "{errors:?}");
        assert!(!errors.iter().any(|line| line.contains(HUSH) || line.contains("Traceback")), "{errors:?}");
    }
    for printed in frameworks.map(crate::receiver::Receiver::stop) {
        assert!(printed.contains(&id) && !printed.contains(HUSH) && !printed.contains("Traceback"), "{printed}");
    }
}
