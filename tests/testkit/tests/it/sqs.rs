//! `Sqs`: round trips with the SDK into a queue that is read without it.

use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeValue};
use serde_json::json;
use testkit::Sqs;

use crate::client;

#[tokio::test]
async fn a_standard_queue_keeps_bodies_and_attributes() {
    let sqs = Sqs::start();
    let queue = sqs.create_queue("standard").await;
    let text = |value: &str| {
        let attribute = MessageAttributeValue::builder().data_type("String");
        attribute.string_value(value).build().unwrap()
    };
    let trace = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value("Root=1-5759e988-bd862e3fe1be46a994272793")
        .build()
        .unwrap();
    client(&sqs.endpoint())
        .send_message()
        .queue_url(queue.url())
        .message_body("{\"text\":\"ünï\u{1F600}\"}")
        .message_attributes("provider", text("kommo"))
        .message_group_id("group")
        .message_system_attributes("AWSTraceHeader".into(), trace)
        .send()
        .await
        .unwrap();

    let messages = queue.receive_all().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].json()["text"], json!("ünï\u{1F600}"));
    assert_eq!(messages[0].attributes["provider"], "kommo");
    assert_eq!(messages[0].system["MessageGroupId"], "group");
    assert_eq!(messages[0].system["AWSTraceHeader"], "Root=1-5759e988-bd862e3fe1be46a994272793");
    // Received messages are deleted, not merely in flight.
    let counts = queue.call("GetQueueAttributes", json!({"AttributeNames": ["All"]})).await;
    assert_eq!(counts["Attributes"]["ApproximateNumberOfMessages"], "0");
    assert_eq!(counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "0");
}

#[tokio::test]
async fn a_fifo_queue_keeps_order_and_drops_duplicates() {
    let sqs = Sqs::start();
    let queue = sqs.create_fifo_queue("orders").await;
    assert!(queue.url().ends_with(".fifo"));
    let client = client(&sqs.endpoint());
    for (body, id) in [("one", "1"), ("two", "2"), ("one again", "1")] {
        let message = client.send_message().queue_url(queue.url());
        let message = message.message_body(body).message_group_id("group");
        message.message_deduplication_id(id).send().await.unwrap();
    }
    let messages = queue.receive_at_least(2).await;
    let bodies: Vec<_> = messages.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["one", "two"]);
    assert_eq!(messages[1].system["MessageDeduplicationId"], "2");
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
    let sqs = Sqs::start();
    let pairs = [sqs.create_queue_with_dead_letters("work", 1).await, sqs.create_fifo_queue_with_dead_letters("work", 1).await];
    for [queue, dead] in pairs {
        let more =
            if queue.url().ends_with(".fifo") { json!({"MessageGroupId": "group", "MessageDeduplicationId": "1"}) } else { json!({}) };
        queue.send("poison", more).await;
        let received = queue.receive().await;
        assert_eq!(received.len(), 1);
        let again = json!({"ReceiptHandle": received[0].receipt_handle, "VisibilityTimeout": 0});
        queue.call("ChangeMessageVisibility", again).await;
        assert!(queue.receive_all().await.is_empty());
        assert_eq!(dead.receive_all().await[0].body, "poison");
    }
}

#[tokio::test]
async fn queues_created_with_the_same_name_are_separate() {
    let sqs = Sqs::start();
    let one = sqs.create_queue("same").await;
    let other = sqs.create_queue("same").await;
    one.send("for one", json!({})).await;
    assert!(other.receive_all().await.is_empty());
    assert_eq!(one.receive_all().await.len(), 1);
    assert_eq!(one.url_at("http://127.0.0.1:1"), one.url().replace(&sqs.endpoint(), "http://127.0.0.1:1"));
}
