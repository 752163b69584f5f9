//! `FaultySqs`: each fault as the SDK sees it, and what it leaves in the queue.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::send_message::{SendMessageError, SendMessageOutput};
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchOutput;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use testkit::wire::{Request, call};
use testkit::{Fault, FaultySqs, Queue, Sqs};

use crate::client;

type Sent = Result<SendMessageOutput, SdkError<SendMessageError>>;

/// The endpoint, a queue behind it, and one client for all requests of a test.
struct Bench {
    sqs: FaultySqs,
    queue: Queue,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        let upstream = Sqs::start();
        let sqs = FaultySqs::start(&upstream.endpoint()).await;
        Self { queue: upstream.create_queue("faulty").await, client: client(&sqs.endpoint()), sqs }
    }

    async fn send(&self, body: &str) -> Sent {
        let message = self.client.send_message().message_body(body);
        message.queue_url(self.sqs.queue_url(&self.queue)).send().await
    }

    async fn send_batch(&self, bodies: &[&str]) -> SendMessageBatchOutput {
        let mut batch = self.client.send_message_batch();
        for body in bodies {
            let entry = SendMessageBatchRequestEntry::builder().id(*body);
            batch = batch.entries(entry.message_body(*body).build().unwrap());
        }
        let batch = batch.queue_url(self.sqs.queue_url(&self.queue));
        batch.send().await.unwrap()
    }

    async fn stored(&self) -> Vec<String> {
        let messages = self.queue.receive_all().await;
        messages.into_iter().map(|message| message.body).collect()
    }
}

fn status(sent: &Sent) -> Option<u16> {
    let error = sent.as_ref().err()?;
    Some(error.raw_response()?.status().as_u16())
}

#[tokio::test]
async fn passes_everything_on_one_connection() {
    let bench = Bench::new().await;
    bench.send("one").await.unwrap();
    bench.send("two").await.unwrap();
    assert_eq!(bench.stored().await, ["one", "two"]);
    let requests = bench.sqs.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].action, "SendMessage");
    assert_eq!(requests[0].input["MessageBody"], "one");
    assert_eq!(requests[0].connection, requests[1].connection);
}

#[tokio::test]
async fn errors_carry_status_and_code_and_store_nothing() {
    let bench = Bench::new().await;
    for (fault, expected, code) in [
        (Fault::InternalError, 500, "InternalFailure"),
        (Fault::Unavailable, 503, "ServiceUnavailable"),
        (Fault::Throttle, 400, "RequestThrottled"),
        (Fault::Deny, 403, "AccessDenied"),
        (Fault::MissingQueue, 400, "AWS.SimpleQueueService.NonExistentQueue"),
    ] {
        bench.sqs.set(fault.clone());
        for _ in 0..2 {
            let sent = bench.send("lost").await;
            assert_eq!(status(&sent), Some(expected), "{fault:?}");
            let error = sent.unwrap_err();
            assert_eq!(error.code(), Some(code), "{fault:?}");
            let typed = error.as_service_error().unwrap();
            assert_eq!(typed.is_request_throttled(), fault == Fault::Throttle, "{typed:?}");
        }
    }
    bench.sqs.set(Fault::Pass);
    bench.send("kept").await.unwrap();
    assert_eq!(bench.stored().await, ["kept"]);
    assert_eq!(bench.sqs.requests().len(), 11);
}

#[tokio::test]
async fn a_script_is_used_up_one_step_per_request() {
    let bench = Bench::new().await;
    bench.sqs.script([Fault::Unavailable, Fault::Deny]);
    assert_eq!(status(&bench.send("a").await), Some(503));
    assert_eq!(status(&bench.send("b").await), Some(403));
    bench.send("c").await.unwrap();
    bench.sqs.set(Fault::InternalError);
    bench.sqs.script([Fault::Pass]);
    bench.send("d").await.unwrap();
    assert_eq!(status(&bench.send("e").await), Some(500));
    assert_eq!(bench.stored().await, ["c", "d"]);
}

#[tokio::test]
async fn a_request_that_is_not_an_sqs_call_uses_up_no_step() {
    let bench = Bench::new().await;
    bench.sqs.script([Fault::Unavailable]);
    let get = Request { method: "GET".into(), target: "/".into(), ..Request::default() };
    let address = bench.sqs.endpoint().replace("http://", "");
    assert_eq!(call(&address, &get).await.unwrap().status, 404);
    assert_eq!(bench.sqs.connections(), 1);
    assert!(bench.sqs.requests().is_empty());
    assert_eq!(status(&bench.send("a").await), Some(503));
}

#[tokio::test]
async fn a_hanging_endpoint_never_responds() {
    let bench = Bench::new().await;
    bench.sqs.set(Fault::Hang);
    let send = tokio::time::timeout(Duration::from_millis(300), bench.send("lost"));
    let (sent, requests) = tokio::join!(send, bench.sqs.received(1));
    assert!(sent.is_err());
    assert_eq!(requests[0].fault, Fault::Hang);
    assert!(bench.stored().await.is_empty());
}

#[tokio::test]
async fn broken_connections_are_dispatch_failures() {
    let bench = Bench::new().await;
    for (fault, stored) in [(Fault::Reset, vec![]), (Fault::Close, vec![]), (Fault::LoseAnswer, vec!["sent"])] {
        bench.sqs.script([fault.clone()]);
        let error = bench.send("sent").await.unwrap_err();
        assert!(matches!(error, SdkError::DispatchFailure(_)), "{fault:?}: {error:?}");
        let text = DisplayErrorContext(&error).to_string();
        let is_reset = text.contains("ConnectionReset") || text.contains("reset by peer");
        assert_eq!(is_reset, fault == Fault::Reset, "{text}");
        assert_eq!(bench.stored().await, stored, "{fault:?}");
    }
}

#[tokio::test]
async fn connections_are_refused_until_accepted_again() {
    let bench = Bench::new().await;
    bench.send("before").await.unwrap();
    bench.sqs.refuse().await;
    let error = bench.send("lost").await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    let text = DisplayErrorContext(&error).to_string();
    assert!(text.contains("refused"), "{text}");
    assert_eq!(bench.sqs.requests().len(), 1);
    bench.sqs.accept().await;
    bench.send("after").await.unwrap();
    assert_eq!(bench.stored().await, ["before", "after"]);
}

#[tokio::test]
async fn a_late_response_does_not_delay_storing_the_message() {
    let bench = Bench::new().await;
    let delay = Duration::from_millis(400);
    bench.sqs.script([Fault::Delay(delay)]);
    let start = Instant::now();
    let early = async {
        let messages = bench.queue.receive_at_least(1).await;
        (messages[0].body.clone(), start.elapsed())
    };
    let (sent, (body, seen)) = tokio::join!(bench.send("late"), early);
    sent.unwrap();
    assert!(start.elapsed() >= delay);
    assert!(seen < delay, "stored only after {seen:?}");
    assert_eq!(body, "late");
}

#[tokio::test]
async fn entries_of_a_batch_fail_separately() {
    let bench = Bench::new().await;
    for sender_fault in [false, true] {
        bench.sqs.script([Fault::RejectEntries { positions: vec![0, 2], sender_fault }]);
        let sent = bench.send_batch(&["a", "b", "c"]).await;
        let failed: Vec<_> = sent.failed().iter().map(|entry| (entry.id(), entry.sender_fault())).collect();
        assert_eq!(failed, [("a", sender_fault), ("c", sender_fault)]);
        assert_eq!(sent.successful().len(), 1);
        assert_eq!(bench.stored().await, ["b"]);
    }
    bench.sqs.script([Fault::RejectEntries { positions: vec![0], sender_fault: false }]);
    let sent = bench.send_batch(&["only"]).await;
    assert_eq!((sent.successful().len(), sent.failed().len()), (0, 1));
    assert!(bench.stored().await.is_empty());
}

#[tokio::test]
async fn invalid_success_responses() {
    let bench = Bench::new().await;
    bench.sqs.script([Fault::EmptyJson]);
    let sent = bench.send("lost").await.unwrap();
    assert_eq!(sent.message_id(), None);

    bench.sqs.script([Fault::Garbage]);
    let sent = bench.send("lost").await;
    assert_eq!(status(&sent), Some(200));
    let text = DisplayErrorContext(sent.unwrap_err()).to_string();
    assert!(text.contains("UnexpectedToken"), "{text}");
    assert!(bench.stored().await.is_empty());

    let intact = bench.send("kept").await.unwrap();
    bench.sqs.script([Fault::WrongMd5]);
    let corrupted = bench.send("kept").await.unwrap();
    assert!(corrupted.message_id().is_some());
    assert_ne!(intact.md5_of_message_body(), corrupted.md5_of_message_body());
    bench.sqs.script([Fault::WrongMd5]);
    let batch = bench.send_batch(&["kept"]).await;
    assert_eq!(batch.successful()[0].md5_of_message_body(), "0".repeat(32));
    assert_eq!(bench.stored().await, ["kept", "kept", "kept"]);
}

#[tokio::test]
async fn a_connection_closed_after_its_response_is_not_reused() {
    let bench = Bench::new().await;
    bench.sqs.script([Fault::CloseAfterAnswer]);
    let sent = bench.send("one").await.unwrap();
    assert!(sent.message_id().is_some());
    // The client might not notice the closed connection in time on its first attempt; on its second it must.
    if bench.send("two").await.is_err() {
        bench.send("two").await.unwrap();
    }
    let requests = bench.sqs.requests();
    assert_ne!(requests[0].connection, requests[1].connection);
    assert_eq!(bench.stored().await, ["one", "two"]);
}
