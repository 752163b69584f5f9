//! When a failed message is retried: the visibility changes that the worker requests, and what happens if SQS rejects them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use testkit::{Fault, FaultySqs, Function, Receiver, Reply, Sqs, StoredMessage, emf, sqs_event};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::bench::{Queued, SECRET, STANDARD, binary, failing, messages};

async fn queued(reply: Reply) -> Queued {
    Queued::start(Sqs::start().create_queue("worker").await, move |_| reply.clone(), &[]).await
}

/// Sends one event, and returns its message with this receive count.
async fn received(bench: &Queued, count: &str) -> StoredMessage {
    bench.send(&["a1"]).await;
    let mut message = bench.queue.receive().await.remove(0);
    message.system.insert("ApproximateReceiveCount".to_owned(), count.to_owned());
    message
}

/// Returns the seconds that the worker requests from SQS after an attempt with this reply.
async fn pause(reply: Reply, count: &str) -> i64 {
    let bench = queued(reply).await;
    let message = received(&bench, count).await;
    assert_eq!(bench.deliver(std::slice::from_ref(&message)).await, [message.message_id.as_str()]);
    let requested = bench.requested();
    assert!(requested.len() == 1 && requested[0].len() == 1, "{requested:?}");
    let [visible, hidden] = bench.queue.counts().await;
    assert_eq!((visible, hidden), (0, 1));
    let line = bench.line("kommo-a1").await;
    assert_eq!(line["retry_in_seconds"], requested[0][0], "{line}");
    let next = OffsetDateTime::parse(line["next_attempt"].as_str().expect("a moment"), &Rfc3339).expect("RFC 3339");
    let ahead = next.unix_timestamp() - OffsetDateTime::now_utc().unix_timestamp();
    assert!((requested[0][0] - 10..=requested[0][0] + 1).contains(&ahead), "{line}");
    requested[0][0]
}

#[tokio::test]
async fn each_pause_doubles_up_to_a_quarter_of_an_hour() {
    let counts = [("1", 8..=12), ("2", 16..=24), ("3", 32..=48), ("7", 512..=768), ("8", 720..=1080), ("300", 720..=1080)];
    for (count, seconds) in counts.into_iter().chain(["0", "x", "-1"].map(|count| (count, 8..=12))) {
        let pause = pause(Reply::Status(500), count).await;
        assert!(seconds.contains(&pause), "{pause} s after attempt {count}");
    }
}

#[tokio::test]
async fn a_receiver_can_set_the_pause() {
    let of = |status: u16, value: String| Reply::with(status, "retry-after", value);
    let date = |ahead: u64| {
        let moment = OffsetDateTime::from(SystemTime::now() + Duration::from_secs(ahead));
        moment.format(&Rfc2822).expect("a date").replace("+0000", "GMT")
    };
    for (reply, seconds) in [
        (of(429, "60".to_owned()), 60..=60),
        (of(503, "3600".to_owned()), 3600..=3600),
        (of(429, date(600)), 595..=601),
        (of(503, "43001".to_owned()), 43_000..=43_000),
        (of(503, "999999999".to_owned()), 43_000..=43_000),
        // Too short, invalid, in the past, or in a response that cannot set it.
        (of(429, "5".to_owned()), 8..=12),
        (of(429, "soon".to_owned()), 8..=12),
        (of(429, "-60".to_owned()), 8..=12),
        (of(503, "Wed, 21 Oct 2015 07:28:00 GMT".to_owned()), 8..=12),
        (of(500, "60".to_owned()), 8..=12),
    ] {
        let pause = pause(reply.clone(), "1").await;
        assert!(seconds.contains(&pause), "{pause} s after {reply:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_always_requests_half_a_day_does_not_delay_an_event_until_sqs_deletes_it() {
    const HOUR: u64 = 3_600;
    let bench = queued(Reply::with(429, "retry-after", "43000")).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    for (hours, count, seconds) in [(74, "10", 43_000..=43_000), (76, "9", 43_000..=43_000), (76, "10", 720..=1080)] {
        let mut message = received(&bench, count).await;
        let sent = now - u128::from(hours * HOUR * 1_000);
        message.system.insert("SentTimestamp".to_owned(), sent.to_string());
        assert_eq!(bench.deliver(std::slice::from_ref(&message)).await.len(), 1);
        let requested = bench.requested().concat().pop().expect("a change of visibility");
        assert!(seconds.contains(&requested), "{requested} s after {hours} hours and {count} attempts");
    }
}

#[tokio::test]
async fn only_what_failed_is_hidden_ten_in_a_call() {
    let bench = Queued::start(Sqs::start().create_queue("worker").await, failing(&["1"]), &[]).await;
    let names: Vec<String> = ('a'..='l').flat_map(|letter| [format!("{letter}1"), format!("{letter}2")]).collect();
    bench.send(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let messages = bench.queue.peek().await;
    assert_eq!(bench.deliver(&messages).await.len(), 12);
    let mut sizes: Vec<usize> = bench.requested().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 10]);
    let distinct: std::collections::BTreeSet<i64> = bench.requested().concat().into_iter().collect();
    assert!(distinct.len() > 1, "jitter spreads them: {distinct:?}");
}

#[tokio::test]
async fn success_costs_no_call() {
    let bench = queued(Reply::Status(204)).await;
    let message = received(&bench, "1").await;
    assert!(bench.deliver(&[message]).await.is_empty());
    assert_eq!((bench.sqs.requests().len(), bench.sqs.connections()), (0, 0));
}

#[tokio::test]
async fn without_queue_url_the_queues_timeout_applies() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let (url, endpoint) = (receiver.url(), sqs.endpoint());
    let settings = [("DELIVERY_URL", url.as_str()), ("DELIVERY_SECRET", SECRET), ("QUEUE_URL", ""), ("AWS_ENDPOINT_URL", &endpoint)];
    let worker = Function::start(binary(), &settings).await;
    let event = sqs_event(STANDARD, &messages(&["a1"])).to_string();
    assert_eq!(testkit::failures(&worker.invoke(event.into_bytes()).await.outcome), ["m-a1"]);
    let line: Value = serde_json::from_str(&worker.log_with("kommo-a1").await).expect("JSON");
    assert_eq!(["retry_in_seconds", "next_attempt", "VisibilityFailed"].map(|name| line.get(name)), [None; 3], "{line}");
    assert_eq!((sqs.requests().len(), sqs.connections()), (0, 0));
}

#[tokio::test]
async fn a_call_that_can_succeed_is_retried() {
    for fault in [Fault::Throttle, Fault::Unavailable, Fault::Close, Fault::Hang, Fault::EmptyJson, Fault::Garbage] {
        let bench = queued(Reply::Status(500)).await;
        let message = received(&bench, "1").await;
        bench.sqs.script([fault.clone()]);
        bench.deliver(&[message]).await;
        let requested = bench.requested();
        assert!(requested.len() == 2 && requested[0] == requested[1], "{fault:?}: {requested:?}");
        assert!(bench.line("kommo-a1").await.get("VisibilityFailed").is_none(), "{fault:?}");
    }
}

#[tokio::test]
async fn only_the_entries_that_failed_are_retried() {
    let bench = queued(Reply::Status(500)).await;
    bench.send(&["a1", "b1", "c1"]).await;
    bench.sqs.script([
        Fault::RejectEntries { positions: vec![0, 2], sender_fault: false },
        Fault::RejectEntries { positions: vec![1], sender_fault: true },
    ]);
    assert_eq!(bench.deliver(&bench.queue.receive().await).await.len(), 3);
    assert_eq!(bench.requested().iter().map(Vec::len).collect::<Vec<_>>(), [3, 2]);
    let failed = |line: &Value| line.get("VisibilityFailed").is_some();
    let lines = [bench.line("kommo-a1").await, bench.line("kommo-b1").await, bench.line("kommo-c1").await];
    assert_eq!(lines.each_ref().map(failed), [false, false, true], "{lines:#?}");
}

#[tokio::test]
async fn what_cannot_be_hidden_is_counted_and_still_retried() {
    for fault in [Fault::Deny, Fault::MissingQueue, Fault::RejectEntries { positions: vec![0], sender_fault: true }] {
        let bench = queued(Reply::Status(500)).await;
        let message = received(&bench, "1").await;
        bench.sqs.set(fault.clone());
        assert_eq!(bench.deliver(std::slice::from_ref(&message)).await, [message.message_id]);
        assert_eq!(bench.requested().len(), 1, "{fault:?} is final");
        let line = bench.worker.log_with("kommo-a1").await;
        let metrics = emf::metrics(&line).expect("EMF");
        assert_eq!(metrics.into_iter().collect::<Vec<_>>(), [("DeliveryFailed".to_owned(), 1.0), ("VisibilityFailed".to_owned(), 1.0)]);
        assert!(!line.contains("retry_in_seconds") && !line.contains("next_attempt"), "{line}");
        assert!(line.contains(r#""visibility_error":""#), "{line}");
    }
}

#[tokio::test]
async fn a_record_without_a_handle_cannot_be_hidden() {
    let bench = queued(Reply::Status(500)).await;
    let mut event = sqs_event(&bench.queue.arn(), &messages(&["a1"]));
    event["Records"][0].as_object_mut().expect("a record").remove("receiptHandle");
    assert_eq!(testkit::failures(&bench.worker.invoke(event.to_string().into_bytes()).await.outcome), ["m-a1"]);
    assert_eq!((bench.line("kommo-a1").await["VisibilityFailed"].as_f64(), bench.sqs.requests().len()), (Some(1.0), 0));
}

#[tokio::test]
async fn a_queue_that_hangs_does_not_delay_the_response() {
    let deadline = Duration::from_secs(2);
    for reply in [Reply::Status(500), Reply::Hang] {
        let bench = queued(reply).await;
        let message = received(&bench, "1").await;
        bench.sqs.set(Fault::Hang);
        let event = sqs_event(&bench.queue.arn(), &[message]).to_string().into_bytes();
        let invocation = bench.worker.invoke_within(event, deadline).await;
        assert_eq!(testkit::failures(&invocation.outcome).len(), 1);
        assert!(invocation.duration < deadline, "{:?}", invocation.duration);
        assert_eq!(bench.line("kommo-a1").await["VisibilityFailed"], 1.0);
    }
}

#[tokio::test]
async fn a_queue_url_of_another_queue_is_logged_once() {
    let bench = queued(Reply::Status(500)).await;
    for name in ["a1", "a2"] {
        let event = sqs_event(STANDARD, &messages(&[name])).to_string();
        bench.worker.invoke(event.into_bytes()).await;
        assert_eq!(bench.line(&format!("kommo-{name}")).await["VisibilityFailed"], 1.0);
    }
    let lines = bench.worker.stop();
    let warnings: Vec<&String> = lines.iter().filter(|line| line.contains("QUEUE_URL")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains(r#""level":"WARN""#) && warnings[0].contains("is not the queue"), "{lines:#?}");
    assert!(!warnings[0].contains("127.0.0.1"), "{warnings:?}");
}

#[tokio::test]
async fn with_multiple_queues_the_one_of_the_records_is_called() {
    let [standard, fifo] = [Sqs::start().create_queue("worker").await, Sqs::start().create_fifo_queue("worker").await];
    let sqs = FaultySqs::start(&standard.endpoint()).await;
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let (url, queues) = (receiver.url(), format!("{},{}", sqs.queue_url(&standard), sqs.queue_url(&fifo)));
    let worker = Function::start(binary(), &[("DELIVERY_URL", &url), ("DELIVERY_SECRET", SECRET), ("QUEUE_URL", &queues)]).await;
    for queue in [&fifo, &standard, &fifo] {
        let event = sqs_event(&queue.arn(), &messages(&["a1"])).to_string();
        worker.invoke(event.into_bytes()).await;
    }
    let requested: Vec<Value> = sqs.requests().into_iter().map(|request| request.input["QueueUrl"].clone()).collect();
    assert_eq!(requested, [&fifo, &standard, &fifo].map(|queue| Value::from(sqs.queue_url(queue))));
    assert!(worker.stop().iter().all(|line| !line.contains("is not the queue")));
}

#[tokio::test]
async fn each_attempt_is_counted_and_a_failure_has_its_reason() {
    let bench = Queued::start(Sqs::start().create_queue("worker").await, failing(&["b1"]), &[]).await;
    bench.send(&["a1", "b1"]).await;
    bench.deliver(&bench.queue.receive().await).await;
    let done = bench.worker.log_with("kommo-a1").await;
    assert_eq!(emf::metrics(&done), Ok([("Delivered".to_owned(), 1.0)].into()));
    let failed = bench.line("kommo-b1").await;
    assert_eq!((&failed["reason"], &failed["message"]), (&"status_5xx".into(), &"failed".into()), "{failed}");
    assert_eq!(failed["_aws"]["CloudWatchMetrics"][1]["Dimensions"], serde_json::json!([["service", "reason"]]));
    assert_eq!(failed["_aws"]["CloudWatchMetrics"][1]["Metrics"][0]["Name"], "DeliveryFailed");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let counted = failed["_aws"]["Timestamp"].as_u64().expect("a time");
    assert!(now.abs_diff(counted.into()) < 10_000, "{failed}");
}
