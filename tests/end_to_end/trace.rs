//! Trace propagation from the webhook through SQS to the receiver.

use testkit::contract::traceparent;
use testkit::{FaultySqs, Mapping, Receiver, Reply, Sqs};

use crate::line::worker;
use crate::sender::{Platform, Sender};

#[tokio::test]
async fn a_delivery_belongs_to_the_trace_of_its_webhook() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let queue = Sqs::start().create_queue("trace").await;
    let sender = Sender::start(Platform::Kommo, &sqs, &queue).await;
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let worker = worker(&receiver).await;
    let traces: Vec<String> = [sender.send_one().await, sender.send_one().await].into_iter().map(|answer| answer.trace_id).collect();
    let mut mapping = Mapping::new(&queue, &worker);
    while mapping.poll().await.is_some() {}

    let mut arrived: Vec<String> = receiver.arrivals().iter().map(|arrival| arrival.request.header("traceparent").to_owned()).collect();
    arrived.sort();
    assert_eq!(arrived, traces.iter().map(|trace| traceparent(trace)).collect::<Vec<_>>());
    for trace in traces {
        let line = worker.log_with(&trace[5..40]).await;
        assert!(line.contains(r#""message":"handled""#) && line.contains(&format!(r#""xray_trace_id":"{}""#, &trace[5..40])), "{line}");
    }
}

#[tokio::test]
async fn without_tracing_no_trace_appears_anywhere() {
    let sqs = FaultySqs::start(&Sqs::start().endpoint()).await;
    let queue = Sqs::start().create_queue("untraced").await;
    let sender = Sender::start(Platform::Kommo, &sqs, &queue).await;
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let worker = worker(&receiver).await;
    sender.turn_tracing_off();
    worker.api().turn_tracing_off();

    sender.send_one().await;
    let [message] = queue.receive_all().await.try_into().expect("one message");
    assert_eq!(message.json().get("traceparent"), None);
    assert!(!message.attributes.contains_key("traceparent"), "{:?}", message.attributes);
    assert!(!message.system.contains_key("AWSTraceHeader"), "{:?}", message.system);

    sender.send_one().await;
    let mut mapping = Mapping::new(&queue, &worker);
    while mapping.poll().await.is_some() {}
    assert_eq!(receiver.received(1).await[0].request.headers.get("traceparent"), None);
    let line = worker.log_with(r#""message":"handled""#).await;
    assert!(!line.contains("xray_trace_id"), "{line}");
}
