//! Arrays of messages, as the webhook for unread messages sends them.

use serde_json::json;
use testkit::suite::refusals::assert_problem;
use testkit::{Delivered, Fault, FaultySqs, Journey, Post, Sqs, Subject, contract};

fn subject() -> Subject {
    let webhook = &kommunicate::PROVIDER.webhooks[0];
    Subject { provider: &kommunicate::PROVIDER, webhook, binary: env!("CARGO_BIN_EXE_kommunicate") }
}

fn message(number: usize) -> String {
    format!(r#"{{"key":"5-a-{number}","from":"ana","to":"luis","message":"{number}","timeStamp":1795007269667}}"#)
}

#[tokio::test]
async fn an_array_of_25_is_sent_in_three_batches() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let subject = subject();
    let journey = Journey::start(&subject, &[("AWS_ENDPOINT_URL_SQS", &sqs.endpoint())]).await;
    let elements: Vec<String> = (0..25).map(message).collect();
    let post = subject.post(format!("[ {} ]", elements.join(" ,\n")));
    let delivered = journey.deliver(&post).await;
    assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 25));
    contract::check(&subject, &post, &delivered, Some("shop"));
    for (index, stored) in delivered.messages.iter().enumerate() {
        let data = &stored.json()["data"];
        let own: serde_json::Value = serde_json::from_str(data["original"]["body"].as_str().unwrap_or_default()).unwrap_or_default();
        assert_eq!((&data["message"]["text"], own[0]["key"].clone()), (&json!(index.to_string()), json!(format!("5-a-{index}"))));
    }
    let mut sizes: Vec<_> = sqs.requests().iter().map(|request| request.input["Entries"].as_array().map_or(0, Vec::len)).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
    let entries = sqs.requests().into_iter().flat_map(|request| request.input["Entries"].as_array().cloned().unwrap_or_default());
    for entry in entries {
        assert_eq!(entry["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"], delivered.answer.trace_id);
    }
    let log = journey.log(&delivered.answer).await;
    assert_eq!((&log["events"], &log["event_id"]), (&json!(25), &delivered.messages[0].json()["id"]));
}

#[tokio::test]
async fn a_lost_part_is_a_503() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let subject = subject();
    let settings = [("AWS_ENDPOINT_URL_SQS", sqs.endpoint()), ("ACK_BUDGET_MS", "2000".to_owned())];
    let journey = Journey::start(&subject, &settings.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    sqs.set(Fault::RejectEntries { positions: vec![0], sender_fault: true });
    let body = format!("[{},{}]", message(1), message(2));
    let answer = journey.deliver(&subject.post(body.clone())).await.answer;
    assert_problem(&answer, 503, Some(("retry-after", "1")));
    // Resent, as the response requests: the ids are the same.
    sqs.set(Fault::Pass);
    let ids = |delivered: &Delivered| delivered.messages.iter().map(|message| message.json()["id"].to_string()).collect::<Vec<_>>();
    let [one, two] = [journey.deliver(&subject.post(body.clone())).await, journey.deliver(&subject.post(body)).await];
    assert_eq!((ids(&one).len(), ids(&one)), (2, ids(&two)));
}

/// Checks that a request became one event with the whole body.
fn assert_one_for_all(subject: &Subject, post: &Post, delivered: &Delivered) {
    assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1), "{}", delivered.answer.text());
    contract::check(subject, post, delivered, Some("shop"));
    let data = &delivered.messages[0].json()["data"];
    assert_eq!((&data["kind"], &data["warnings"]), (&json!("unknown"), &json!(["too_many_events"])));
}

#[tokio::test]
async fn more_than_a_thousand_become_one_event() {
    let subject = subject();
    let journey = Journey::start(&subject, &[]).await;
    let array = |count: usize| subject.post(format!("[{}]", (0..count).map(message).collect::<Vec<_>>().join(",")));
    let delivered = journey.deliver(&array(1_000)).await;
    assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1_000));
    let post = array(1_001);
    let (one, again) = (journey.deliver(&post).await, journey.deliver(&post).await);
    assert_one_for_all(&subject, &post, &one);
    assert_eq!(one.messages[0].json()["id"], again.messages[0].json()["id"]);
}

#[tokio::test]
async fn half_a_megabyte_of_elements_is_one_event_in_bounded_memory() {
    let subject = subject();
    let journey = Journey::start(&subject, &[]).await;
    for element in ["0", "{}", "[]", "\"\"", "{\"key\":\"\"}"] {
        let post = subject.post(format!("[{element}{}]", format!(",{element}").repeat(500_000 / (element.len() + 1))));
        assert_one_for_all(&subject, &post, &journey.deliver(&post).await);
    }
    let peak = journey.function.peak_memory();
    assert!((1..96 * 1024).contains(&peak), "{peak} kB");
}

#[tokio::test]
async fn more_than_fifty_of_a_conversation_become_one_event_on_fifo() {
    let subject = subject();
    let queue = Sqs::start().create_fifo_queue("kommunicate").await;
    let journey = Journey::start_with(&subject, queue, &[]).await;
    let elements = |numbers: std::ops::Range<usize>| numbers.map(message).collect::<Vec<_>>();
    // Events of another conversation do not count.
    let others = elements(100..120).join(",").replace("\"to\":\"luis\"", "\"to\":\"eva\"");
    let delivered = journey.deliver(&subject.post(format!("[{},{others}]", elements(0..50).join(",")))).await;
    assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 70));
    let post = subject.post(format!("[{},{others}]", elements(0..51).join(",")));
    assert_one_for_all(&subject, &post, &journey.deliver(&post).await);
}
