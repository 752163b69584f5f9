use aws_sdk_sqs::operation::send_message::SendMessageInput;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchInput;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use bytes::Bytes;
use lambda_http::http::Response;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::call::{SEND_MESSAGE, SEND_MESSAGE_BATCH, outcomes};
use super::*;
use crate::queue::fake_sink::message;

fn queue(name: &str) -> SqsQueue {
    let settings = Settings::new(|name| name.contains("ACCESS_KEY").then(|| "x".to_owned()));
    let connection = Connection::open(&settings, |_| {}).expect("a connection");
    let url = format!("https://sqs.eu-west-1.amazonaws.com/123456789012/{name}");
    Clients::new(&connection).queue(Location::of(QUEUE_URL, url, &settings).expect("a location"))
}

#[test]
fn a_location_has_a_host_a_path_and_a_region() {
    let of = |url: &str, region: &'static str| {
        let settings = Settings::new(move |name| (name == "AWS_REGION").then(|| region.to_owned()));
        Location::of(QUEUE_URL, url.to_owned(), &settings).map(|location| location.target.region).map_err(|error| error.setting)
    };
    assert_eq!(of("http://localhost:4566/1/events", "eu-west-1"), Ok("eu-west-1".to_owned()));
    assert_eq!(of("https://sqs.eu-west-3.amazonaws.com/1/events", "eu\n"), Ok("eu-west-3".to_owned()));
    for region in ["eu-west-1\n", "", "eu west"] {
        assert_eq!(of("http://localhost:4566/1/events", region), Err("AWS_REGION".to_owned()), "{region:?}");
    }
    for url in ["http://localhost:99999/1/events", "http://:80/1/events", "http://localhost/", "https://sqs..amazonaws.com/1/events"] {
        assert_eq!(of(url, "eu-west-1"), Err(QUEUE_URL.to_owned()), "{url}");
    }
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

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn a_request_is_the_same_as_that_of_the_sdk() {
    for name in ["events", "events.fifo"] {
        let (queue, messages) = (queue(name), messages());
        for message in &messages {
            let entry = built(0, message, queue.is_fifo);
            let input = SendMessageInput::builder()
                .queue_url(&queue.url)
                .message_body(&entry.message_body)
                .set_message_group_id(entry.message_group_id)
                .set_message_deduplication_id(entry.message_deduplication_id)
                .set_message_attributes(entry.message_attributes)
                .set_message_system_attributes(entry.message_system_attributes);
            let expected = SEND_MESSAGE.serialize(input.build().expect("an input")).expect("JSON");
            assert_eq!(json_of(&body::of_one(&queue, message)), json_of(&expected), "{name}");
        }
        let entries = messages.iter().enumerate().map(|(index, message)| built(index, message, queue.is_fifo)).collect();
        let input = SendMessageBatchInput::builder().queue_url(&queue.url).set_entries(Some(entries)).build().expect("an input");
        let expected = SEND_MESSAGE_BATCH.serialize(input).expect("JSON");
        assert_eq!(json_of(&body::of_batch(&queue, &messages.each_ref())), json_of(&expected), "{name}");
    }
}

fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).expect("a response")
}

fn failed<T>(code: &str, is_retriable: bool) -> Result<T, Failure> {
    Err(Failure::new(code, is_retriable))
}

#[test]
fn results_are_matched_to_entries_by_index() {
    let [first, _] = messages();
    let digest = hex::encode(Md5::digest(&first.body));
    let result = |id: &str, message_id: &str, md5: &str| json!({"Id": id, "MessageId": message_id, "MD5OfMessageBody": md5});
    let error = |id: &str, sender_fault: bool, code: &str| json!({"Id": id, "SenderFault": sender_fault, "Code": code});
    let answer = json!({
        "Successful": [result("5", "m", &digest), result("4", "m", &"0".repeat(32)), result("3", "", &digest), result("99", "m", &digest), result("x", "m", &digest)],
        "Failed": [error("0", true, "InvalidMessageContents"), error("1", false, "InternalError"), error("2", true, "KmsThrottled"), error("7", false, "x")],
    });
    let answer = SEND_MESSAGE_BATCH.parse(response(200, answer.to_string()));
    assert_eq!(
        outcomes(&[&first; 7], &answer.expect("an output")),
        [
            failed("InvalidMessageContents", false),
            failed("InternalError", true),
            failed("KmsThrottled", true),
            failed("unacknowledged", true),
            failed("unacknowledged", true),
            Ok(()),
            failed("unacknowledged", true),
        ]
    );
}

#[test]
fn an_error_has_the_code_and_whether_a_retry_may_succeed() {
    let parse = |response| SEND_MESSAGE.parse(response).map(|_| ());
    let of = |status, kind: &str| parse(response(status, json!({"__type": kind, "message": "about ada@example.com"}).to_string()));
    assert_eq!(of(400, "com.amazonaws.sqs#QueueDoesNotExist"), failed("QueueDoesNotExist", false));
    assert_eq!(of(400, "com.amazon.coral.service#AccessDeniedException"), failed("AccessDeniedException", false));
    assert_eq!(of(400, "com.amazonaws.sqs#KmsThrottled"), failed("KmsThrottled", true));
    assert_eq!(of(403, "ada@example.com"), failed("unknown", false));
    assert_eq!(of(500, "InternalError"), failed("InternalError", true));
    for text in ["", "<html>", "[]", "null", "\"", "{\"__type\":1}"] {
        assert_eq!(parse(response(503, text)), failed("unknown", true), "{text}");
        assert_eq!(parse(response(403, text)), failed("unknown", false), "{text}");
    }
    let mut compatible = response(400, json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist"}).to_string());
    compatible.headers_mut().insert("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender".parse().expect("a value"));
    assert_eq!(parse(compatible), failed("AWS.SimpleQueueService.NonExistentQueue", false));
}

#[test]
fn a_success_that_cannot_be_parsed_is_retried() {
    for text in ["<html>", "[]", "\"", "{\"MessageId\":"] {
        let output = SEND_MESSAGE.parse(response(200, text));
        assert_eq!(output.map(|_| ()), failed("unknown", true), "{text}");
    }
    // Without the members of an acknowledgment, the output does not acknowledge anything.
    let output = SEND_MESSAGE.parse(response(200, "{}")).expect("an output");
    assert!(!is_acknowledged("", output.message_id(), output.md5_of_message_body()));
}
