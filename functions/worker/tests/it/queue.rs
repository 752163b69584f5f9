//! With a real queue: a failed message is redelivered until it moves to the dead-letter queue.

use testkit::{Function, Mapping, Receiver, Reply, Sqs};

use crate::bench::{Bench, SECRET, binary, event, failing};

#[tokio::test]
async fn what_always_fails_is_dead_lettered_and_the_rest_is_done() {
    let [queue, dead] = Sqs::start().create_queue_with_dead_letters("worker", 3).await;
    let bench = Bench::start(failing(&["a1"])).await;
    for name in ["a1", "a2"] {
        queue.send(&event(&format!("kommo-{name}")).to_string(), serde_json::json!({})).await;
    }
    let mut mapping = Mapping::new(&queue, &bench.worker);
    while mapping.poll().await.is_some() {}
    let counts = bench.receiver.counts();
    assert_eq!((counts["kommo-a1"], counts["kommo-a2"]), (3, 1));
    let dead = dead.receive_all().await;
    assert_eq!(dead.iter().map(|message| message.json()["id"].clone()).collect::<Vec<_>>(), ["kommo-a1"]);
    let lines: Vec<String> = bench.worker.stop().into_iter().filter(|line| line.contains("kommo-a1")).collect();
    assert!(lines.len() == 3 && lines[2].contains(r#""receive_count":"3""#), "{lines:#?}");
}

#[tokio::test]
async fn a_worker_that_is_killed_loses_nothing() {
    let queue = Sqs::start().create_queue("worker").await;
    queue.send(&event("kommo-a1").to_string(), serde_json::json!({})).await;
    let receiver = Receiver::start(|_| Reply::Hold).await;
    let settings = [("DELIVERY_URL", receiver.url()), ("DELIVERY_SECRET", SECRET.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let worker = Function::start(binary(), &settings).await;
    let messages = queue.receive().await;
    let api = worker.api();
    let event = testkit::sqs_event(&queue.arn(), &messages).to_string().into_bytes();
    tokio::select! {
        invocation = api.invoke(event) => panic!("the worker responded before the receiver: {invocation:?}"),
        _ = receiver.received(1) => {}
    }
    worker.stop();

    // The message was not deleted, so the next worker receives it.
    receiver.release();
    let handle = serde_json::json!({"ReceiptHandle": messages[0].receipt_handle, "VisibilityTimeout": 0});
    queue.call("ChangeMessageVisibility", handle).await;
    let worker = Function::start(binary(), &settings).await;
    let batch = Mapping::new(&queue, &worker).poll().await.expect("a batch");
    assert!(batch.failed.is_empty());
    assert_eq!(receiver.counts()["kommo-a1"], 2);
}
