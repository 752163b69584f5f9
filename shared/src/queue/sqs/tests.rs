use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::*;
use crate::queue::fake_sink::message;

/// A connector that records the requests and returns the same response to each.
#[derive(Debug, Clone)]
struct Recorder {
    answer: Value,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().expect("a body in memory");
        assert_eq!(request.headers().get("content-length"), Some(body.len().to_string().as_str()));
        assert_eq!(request.headers().get("x-amz-target"), Some("AmazonSQS.SendMessageBatch"));
        assert!(request.headers().get("authorization").is_some_and(|proof| proof.starts_with("AWS4-HMAC-SHA256")));
        self.requests.lock().expect("requests").push(serde_json::from_slice(body).expect("JSON"));
        let status = 200.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.answer.to_string()))))
    }
}

fn queue(name: &str, answer: Value) -> (SqsQueue, Recorder) {
    let recorder = Recorder { answer, requests: Arc::default() };
    let credentials = Credentials::new("id", "key", None, None, "test");
    let connection = Connection { connector: SharedHttpConnector::new(recorder.clone()), credentials };
    let url = format!("https://sqs.eu-west-1.amazonaws.com/123456789012/{name}");
    let location = Location::of(QUEUE_URL, url, &Settings::new(|_| None)).expect("a queue");
    (Clients::new(&connection).queue(location), recorder)
}

fn messages() -> [Message; 2] {
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned();
    let traceparent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".to_owned();
    let traced = Message { trace: Some(trace), traceparent: Some(traceparent), ..message("a", "{\"a\":\"\\n \u{7f}é\\\\\"}") };
    [traced, Message { reason: Some("not_json"), ..message("b", "{}") }]
}

/// Returns the entry as created by the SDK's builder.
fn built(index: usize, message: &Message, is_fifo: bool) -> SendMessageBatchRequestEntry {
    let text = |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().expect("an attribute");
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body)
        .message_group_id(if is_fifo { &message.group } else { &message.tenant })
        .set_message_deduplication_id(is_fifo.then(|| message.id.clone()));
    for (name, value) in message.attributes() {
        entry = entry.message_attributes(name, text(value));
    }
    if let Some(trace) = &message.trace {
        let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build().expect("an attribute");
        entry = entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
    }
    entry.build().expect("an entry")
}

#[tokio::test]
async fn a_batch_is_the_same_as_that_of_the_sdk() {
    for name in ["events", "events.fifo"] {
        let (queue, recorder) = queue(name, json!({"Successful": [], "Failed": []}));
        let messages = messages();
        queue.send(&messages.each_ref()).await.expect("an answer");
        let entries = messages.iter().enumerate().map(|(index, message)| built(index, message, queue.is_fifo)).collect();
        let request = queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries));
        request.send().await.expect("an answer");
        let requests = recorder.requests.lock().expect("requests");
        assert_eq!(requests[0], requests[1], "{name}");
    }
}

#[tokio::test]
async fn results_are_matched_to_entries_by_index() {
    let [first, _] = messages();
    let digest = hex::encode(Md5::digest(&first.body));
    let result = |id: &str, message_id: &str, md5: &str| json!({"Id": id, "MessageId": message_id, "MD5OfMessageBody": md5});
    let error = |id: &str, sender_fault: bool, code: &str| json!({"Id": id, "SenderFault": sender_fault, "Code": code});
    let answer = json!({
        "Successful": [result("5", "m", &digest), result("4", "m", &"0".repeat(32)), result("3", "", &digest), result("99", "m", &digest), result("x", "m", &digest)],
        "Failed": [error("0", true, "InvalidMessageContents"), error("1", false, "InternalError"), error("2", true, "KmsThrottled"), error("7", false, "x")],
    });
    let (queue, _) = queue("events", answer);
    let failed = |code: &str, is_retriable| Err(Failure::new(code, is_retriable));
    assert_eq!(
        queue.send(&[&first; 7]).await,
        Ok(vec![
            failed("InvalidMessageContents", false),
            failed("InternalError", true),
            failed("KmsThrottled", true),
            failed("unacknowledged", true),
            failed("unacknowledged", true),
            Ok(()),
            failed("unacknowledged", true),
        ])
    );
}
