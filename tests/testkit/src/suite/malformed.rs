//! Bodies with a valid proof that cannot become events.

use serde_json::{Value, json};

use super::refusals::assert_problem;
use crate::subject::member;
use crate::{Delivered, Journey, Post, Subject, contract};

/// Quarantines bodies with a valid proof that are malformed, for each reason.
pub async fn is_quarantined(subject: &Subject) {
    let common: [(&str, &[u8]); 16] = [
        ("not_json", b""),
        ("not_json", b" "),
        ("not_json", b"\n"),
        ("not_json", b"{"),
        ("not_json", b"{\"event\":\"whatsapp:message:in\""),
        ("not_json", b"{\"a\":1,}"),
        ("not_json", b"[{},]"),
        ("not_json", b"{} {}"),
        ("not_json", b"{}\n{}\n"),
        ("not_json", b"a=1&b=2"),
        ("not_json", b"{\"a\":\"\xff\"}"),
        ("not_json", b"\xff\xfe{\0}\0"),
        ("scalar", b"null"),
        ("scalar", b"\"text\""),
        ("scalar", b"12"),
        ("scalar", b" true"),
    ];
    let journey = Journey::start(subject, &[]).await;
    let common = common.into_iter().map(|(reason, body)| (reason, body.to_vec()));
    for (reason, body) in common.chain(without_mandatory(subject)) {
        let post = subject.post(body);
        let delivered = journey.deliver(&post).await;
        assert_problem(&delivered.answer, 400, None);
        if let ("missing_field", Some(path)) = (reason, subject.mandatory()) {
            let detail = delivered.answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains(&format!("`{}`", path.join("."))), "{detail}");
        }
        assert!(delivered.messages.is_empty());
        let messages = journey.quarantine.receive_all().await;
        quarantined(subject, &post, &Delivered { messages, is_fifo: false, ..delivered.clone() }, reason);
        let log = journey.log(&delivered.answer).await;
        let fields = ["level", "reason", "queue", "kind", "key_position", "Quarantined"].map(|name| log[name].clone());
        assert_eq!(fields, [json!("WARN"), json!(reason), json!("quarantine"), json!("unknown"), json!(0), json!(1.0)], "{log}");
        assert_eq!((&log["Refused"], &log["Rejected"]), (&Value::Null, &Value::Null), "{log}");
    }

    // Without a quarantine queue, they go to the main queue.
    let journey = Journey::start(subject, &[("QUARANTINE_QUEUE_URL", "")]).await;
    let post = subject.post("{");
    let delivered = journey.deliver(&post).await;
    assert_problem(&delivered.answer, 400, None);
    quarantined(subject, &post, &delivered, "not_json");

    // If neither queue exists, the failure is ours: 503.
    let missing = journey.queue.url().to_owned() + "-gone";
    let journey = Journey::start(subject, &[("QUARANTINE_QUEUE_URL", &missing), ("QUEUE_URL", &missing)]).await;
    let answer = journey.deliver(&post).await.answer;
    assert_problem(&answer, 503, Some(("retry-after", "1")));
}

/// Returns bodies without the mandatory member, at every level of its path.
fn without_mandatory(subject: &Subject) -> Vec<(&'static str, Vec<u8>)> {
    let Some(path) = subject.mandatory() else { return Vec::new() };
    let example: Value = serde_json::from_str(subject.webhook.example).expect("an example in JSON");
    let mut bodies = vec!["{}".to_owned(), "[]".to_owned(), format!("[{example}]")];
    for depth in 1..=path.len() {
        let values = ["null", "\"\"", "[]", "{}", "false"];
        let values = values.into_iter().chain((depth < path.len()).then_some("\"lena\""));
        bodies.extend(values.map(|value| format!("{{{}}}", member(&path[..depth], value))));
    }
    let mut other = example;
    other.as_object_mut().expect("an object").remove(path[0]);
    bodies.push(other.to_string());
    bodies.into_iter().map(|body| ("missing_field", body.into_bytes())).collect()
}

fn quarantined(subject: &Subject, post: &Post, delivered: &Delivered, reason: &str) {
    assert_eq!(delivered.messages.len(), 1, "{post:?}");
    contract::check(subject, post, delivered, Some("shop"));
    assert_eq!(delivered.messages[0].attributes["reason"], reason);
    let data = &delivered.messages[0].json()["data"];
    assert_eq!((&data["kind"], &data["warnings"]), (&json!("unknown"), &json!([reason])));
}
