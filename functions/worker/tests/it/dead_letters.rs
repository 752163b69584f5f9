//! Records that no retry can help are sent to the dead-letter queue immediately, unchanged, and are never lost on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use testkit::wire::{Request, Response};
use testkit::{Fault, FaultySqs, Mapping, Queue, Reply, Sqs, StoredMessage, emf};

use crate::bench::{Queued, event, failing};

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// Returns a receiver that permanently refuses the events with these names, with this status, and accepts the others.
fn refusing(names: &'static [&'static str], status: u16) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    move |request| {
        let refuses = names.iter().any(|name| request.header("webhook-id").ends_with(name));
        if refuses { Reply::with(status, "chathooks-refuse", "true") } else { Reply::Status(204) }
    }
}

/// Creates a queue and its dead-letter queue.
async fn queues(is_fifo: bool) -> [Queue; 2] {
    let sqs = Sqs::start();
    match is_fifo {
        true => [sqs.create_fifo_queue("worker").await, sqs.create_fifo_queue("dead").await],
        false => [sqs.create_queue("worker").await, sqs.create_queue("dead").await],
    }
}

async fn start(queue: Queue, dead: &Queue, decide: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Queued {
    Queued::start(queue, decide, &[("DEAD_LETTER_QUEUE_URL", dead.url())]).await
}

/// Attributes of every type.
fn attributes() -> Value {
    json!({
        "provider": {"DataType": "String", "StringValue": "kommo"},
        "reason": {"DataType": "String", "StringValue": "the sender's own"},
        "size": {"DataType": "Number", "StringValue": "7"},
        "count": {"DataType": "Number.int", "StringValue": "8"},
        "digest": {"DataType": "Binary", "BinaryValue": "AAH+/w=="},
        "picture": {"DataType": "Binary.png", "BinaryValue": "iVBORw=="},
    })
}

async fn put(queue: &Queue, body: &str, group: &str, deduplication_id: &str) {
    let mut more = json!({
        "MessageAttributes": attributes(),
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}},
    });
    if queue.is_fifo() {
        more["MessageGroupId"] = group.into();
        more["MessageDeduplicationId"] = deduplication_id.into();
    }
    queue.send(body, more).await;
}

/// Checks that a message is the original one, with this reason.
fn check(dead: &StoredMessage, original: &StoredMessage, reason: &str, status: Option<&str>) {
    assert_eq!(dead.body, original.body);
    let mut expected = original.typed.clone();
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    expected.insert("reason".to_owned(), text(reason));
    expected.extend(status.map(|status| ("status".to_owned(), text(status))));
    assert_eq!(dead.typed, expected);
    assert_eq!(dead.system["AWSTraceHeader"], TRACE);
    assert_eq!(dead.system.get("MessageGroupId"), original.system.get("MessageGroupId"));
}

#[tokio::test]
async fn a_refused_event_is_sent_there_unchanged() {
    for (is_fifo, status) in [(false, 422), (true, 400), (true, 499)] {
        let [queue, dead] = queues(is_fifo).await;
        let bench = start(queue, &dead, refusing(&["a1"], status)).await;
        let body = format!("  {}\n", event("kommo-a1"));
        put(&bench.queue, &body, "a", "kommo-a1").await;
        let messages = bench.queue.receive().await;
        assert!(bench.deliver(&messages).await.is_empty(), "the record is done");

        let moved = dead.receive_all().await;
        assert_eq!(moved.len(), 1);
        check(&moved[0], &messages[0], "refused", Some(&status.to_string()));
        let deduplication = moved[0].system.get("MessageDeduplicationId");
        assert_eq!(deduplication, is_fifo.then_some(&messages[0].message_id), "different from the event's");
        assert!(bench.requested().is_empty());
        let line = bench.worker.log_with("kommo-a1").await;
        let fields: Value = serde_json::from_str(&line).expect("JSON");
        let expected = json!(["WARN", "refused", "refused", status, "dead_letter", null]);
        assert_eq!(json!(["level", "message", "reason", "status", "queue", "retry_in_seconds"].map(|name| &fields[name])), expected);
        assert_eq!(emf::metrics(&line), Ok([("DeliveryFailed".to_owned(), 1.0)].into()));
    }
}

#[tokio::test]
async fn the_dead_letter_queue_can_be_of_the_other_type() {
    for is_fifo in [false, true] {
        let [queue, _] = queues(is_fifo).await;
        let [_, dead] = queues(!is_fifo).await;
        let bench = start(queue, &dead, refusing(&["a1"], 422)).await;
        put(&bench.queue, &event("kommo-a1").to_string(), "a", "kommo-a1").await;
        let messages = bench.queue.receive().await;
        assert!(bench.deliver(&messages).await.is_empty(), "the record is done");
        let moved = dead.receive().await.remove(0);
        // A message without a group gets its own.
        let group = if is_fifo { "a" } else { &messages[0].message_id };
        assert_eq!((&moved.body, moved.system["MessageGroupId"].as_str()), (&messages[0].body, group));
    }
}

#[tokio::test]
async fn an_invalid_record_is_also_sent_there_and_blocks_nothing() {
    for is_fifo in [false, true] {
        let [queue, dead] = queues(is_fifo).await;
        let bench = start(queue, &dead, |_| Reply::Status(204)).await;
        for (name, body) in
            [("a1", event("kommo-a1").to_string()), ("poison", "not an event".to_owned()), ("a2", event("kommo-a2").to_string())]
        {
            put(&bench.queue, &body, "a", name).await;
        }
        let messages = bench.queue.receive().await;
        assert!(bench.deliver(&messages).await.is_empty());
        assert_eq!(bench.receiver.arrivals().len(), 2);
        let moved = dead.receive_all().await;
        assert_eq!(moved.len(), 1);
        let original = messages.iter().find(|message| message.body == "not an event").expect("it");
        check(&moved[0], original, "invalid", None);
        let line = bench.line(&original.message_id).await;
        assert_eq!((&line["message"], &line["reason"], line.get("status")), (&"invalid".into(), &"invalid".into(), None), "{line}");
    }
}

#[tokio::test]
async fn a_refused_event_does_not_block_its_conversation() {
    let [queue, dead] = queues(true).await;
    let bench = start(queue, &dead, refusing(&["a2"], 422)).await;
    bench.send(&["a1", "a2", "a3"]).await;
    assert!(bench.deliver(&bench.queue.receive().await).await.is_empty());
    let arrived: Vec<String> = bench.receiver.arrivals().iter().map(|arrival| arrival.id().to_owned()).collect();
    assert_eq!(arrived, ["kommo-a1", "kommo-a2", "kommo-a3"]);
    assert_eq!(dead.receive_all().await.len(), 1);
}

#[tokio::test]
async fn without_the_header_or_the_queue_the_event_is_retried() {
    let [queue, dead] = queues(false).await;
    let bench = start(queue, &dead, |request| match request.header("webhook-id") {
        "kommo-a1" => Reply::Status(422),
        "kommo-a2" => Reply::with(422, "chathooks-refuse", "false"),
        // Not a refusal, which must be a 4xx.
        _ => Reply::with(500, "chathooks-refuse", "true"),
    })
    .await;
    bench.send(&["a1", "a2", "a3"]).await;
    assert_eq!(bench.deliver(&bench.queue.receive().await).await.len(), 3);
    assert!(dead.receive_all().await.is_empty());

    let [queue, _] = queues(false).await;
    let bench = Queued::start(queue, refusing(&["a1"], 422), &[]).await;
    bench.send(&["a1"]).await;
    assert_eq!(bench.deliver(&bench.queue.receive().await).await.len(), 1);
    let line = bench.line("kommo-a1").await;
    assert_eq!((&line["message"], &line["reason"], &line["status"]), (&"failed".into(), &"refused".into(), &422.into()), "{line}");
    assert!(line["retry_in_seconds"].is_number(), "{line}");
}

#[tokio::test]
async fn a_record_that_the_dead_letter_queue_does_not_accept_has_failed() {
    for (is_fifo, fault) in [
        (false, Fault::Deny),
        (false, Fault::WrongMd5),
        (false, Fault::EmptyJson),
        (true, Fault::MissingQueue),
        (true, Fault::Unavailable),
        (true, Fault::Hang),
    ] {
        let [queue, dead] = queues(is_fifo).await;
        let dead_sqs = FaultySqs::start(&dead.endpoint()).await;
        let bench = Queued::start(queue, refusing(&["a1"], 422), &[("DEAD_LETTER_QUEUE_URL", &dead_sqs.queue_url(&dead))]).await;
        dead_sqs.set(fault.clone());
        bench.send(&["a1", "a2"]).await;
        let failed = bench.deliver(&bench.queue.receive().await).await;
        // On FIFO it still blocks the next event of its conversation.
        assert_eq!(failed.len(), if is_fifo { 2 } else { 1 }, "{fault:?}");
        assert_eq!(bench.requested().concat().len(), failed.len());
        assert!(bench.requested().concat().iter().all(|seconds| (8..=12).contains(seconds)), "{:?}", bench.requested());
        let line = bench.line("kommo-a1").await;
        assert!(line["error"].as_str().is_some_and(|text| text.contains("the dead-letter queue did not accept it")), "{line}");
    }
}

#[tokio::test]
async fn a_refusal_that_is_retried_waits_as_long_as_the_receiver_requested() {
    let [queue, _] = queues(false).await;
    let answer = Response::new(429, "text/plain", "").with("chathooks-refuse", "true").with("retry-after", "3600");
    let bench = Queued::start(queue, move |_| Reply::Response(answer.clone()), &[]).await;
    bench.send(&["a1"]).await;
    assert_eq!(bench.deliver(&bench.queue.receive().await).await.len(), 1);
    assert_eq!(bench.requested(), [[3_600]]);
}

#[tokio::test]
async fn a_failed_call_to_the_dead_letter_queue_is_retried() {
    let [queue, dead] = queues(true).await;
    let dead_sqs = FaultySqs::start(&dead.endpoint()).await;
    let bench = Queued::start(queue, refusing(&["a1"], 422), &[("DEAD_LETTER_QUEUE_URL", &dead_sqs.queue_url(&dead))]).await;
    // The response is lost but the message is stored: the deduplication id prevents a second one.
    dead_sqs.script([Fault::LoseAnswer, Fault::Throttle]);
    bench.send(&["a1"]).await;
    assert!(bench.deliver(&bench.queue.receive().await).await.is_empty());
    assert_eq!(dead_sqs.requests().len(), 3);
    assert_eq!(dead.receive_all().await.len(), 1);
}

#[tokio::test]
async fn a_redrive_redelivers_a_refused_event() {
    let [queue, dead] = queues(true).await;
    let is_well = Arc::new(AtomicBool::new(false));
    let (refuse, is_well_now) = (refusing(&["a1"], 422), Arc::clone(&is_well));
    let decide = move |request: &Request| if is_well_now.load(Ordering::SeqCst) { Reply::Status(204) } else { refuse(request) };
    let bench = start(queue, &dead, decide).await;
    bench.send(&["a1"]).await;
    for round in 0..2 {
        let messages = bench.queue.receive().await;
        assert!(bench.deliver(&messages).await.is_empty());
        bench.queue.delete(&messages).await;
        // The second message is stored even within the five minutes of deduplication.
        let moved = dead.receive_all().await;
        assert_eq!(moved.len(), 1, "round {round}");
        let more = json!({
            "MessageAttributes": moved[0].typed, "MessageGroupId": moved[0].system["MessageGroupId"],
            "MessageDeduplicationId": format!("redrive-{round}"),
        });
        bench.queue.send(&moved[0].body, more).await;
    }
    is_well.store(true, Ordering::SeqCst);
    let batch = Mapping::new(&bench.queue, &bench.worker).poll().await.expect("a batch");
    assert!(batch.failed.is_empty());
    assert_eq!(bench.receiver.counts()["kommo-a1"], 3);
    assert!(dead.receive_all().await.is_empty());
}

#[tokio::test]
async fn one_queue_gets_the_events_that_sqs_gives_up_and_those_that_the_receiver_refuses() {
    let [queue, dead] = Sqs::start().create_queue_with_dead_letters("worker", 2).await;
    let (refuses, fails) = (refusing(&["a1"], 410), failing(&["a2"]));
    let bench = start(queue, &dead, move |request| match refuses(request) {
        Reply::Status(_) => fails(request),
        refusal => refusal,
    })
    .await;
    bench.send(&["a1", "a2", "a3"]).await;
    let mut mapping = Mapping::new(&bench.queue, &bench.worker);
    while mapping.poll().await.is_some() {}
    let mut moved: Vec<(String, Option<String>)> = dead
        .receive_all()
        .await
        .iter()
        .map(|message| (message.json()["id"].to_string(), message.attributes.get("reason").cloned()))
        .collect();
    moved.sort();
    assert_eq!(moved, [("\"kommo-a1\"".to_owned(), Some("refused".to_owned())), ("\"kommo-a2\"".to_owned(), None)]);
}
