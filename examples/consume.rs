//! Consumes events from the queue and handles each of them once.
//!
//! ```sh
//! QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/events cargo run -p examples --bin consume
//! ```
//!
//! Of this project, it needs only `chathooks-event`, which has the event's types. `aws-config` reads credentials,
//! `AWS_REGION` and `AWS_ENDPOINT_URL`. You can stop the program at any moment: messages that were not deleted
//! become visible again.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName::MessageGroupId};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use chathooks_event::{CloudEvent, DATA_SCHEMA};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let queue_url = std::env::var("QUEUE_URL").context("QUEUE_URL is not set; it must be the URL of the event queue")?;
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let sqs = Client::new(&aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await);
    // The IDs of handled events are lost when the process ends: store them in the database that
    // holds your work (docs/handling-events.md, "Drop duplicates").
    let mut handled = HashSet::new();
    loop {
        consume(&sqs, &queue_url, &mut handled).await.with_context(|| format!("cannot read {queue_url}"))?;
    }
}

/// Your code. An error leaves the event in the queue to be retried.
async fn handle(event: &CloudEvent) -> Result<()> {
    let text = event.data.message.as_ref().and_then(|message| message.text.as_deref());
    println!("{} {} {}", event.id, event.event_type, serde_json::to_string(&text)?);
    Ok(())
}

async fn consume(sqs: &Client, queue_url: &str, handled: &mut HashSet<String>) -> Result<()> {
    let receive = sqs.receive_message().queue_url(queue_url).max_number_of_messages(10).wait_time_seconds(20);
    let messages = receive.message_system_attribute_names(MessageGroupId).send().await?.messages.unwrap_or_default();
    let mut blocked = HashSet::new();
    for message in &messages {
        // On a FIFO queue, the events that follow a failed one in its group have to wait for it.
        let attributes = message.attributes().filter(|_| queue_url.ends_with(".fifo"));
        let group = attributes.and_then(|attributes| attributes.get(&MessageGroupId));
        if group.is_some_and(|group| blocked.contains(group)) {
            continue;
        }
        if let Err(error) = once(message, handled).await {
            eprintln!("message {} failed: {error}", message.message_id().unwrap_or_default());
            blocked.extend(group);
            continue;
        }
        sqs.delete_message().queue_url(queue_url).set_receipt_handle(message.receipt_handle.clone()).send().await?;
    }
    Ok(())
}

async fn once(message: &Message, handled: &mut HashSet<String>) -> Result<()> {
    let event: CloudEvent = serde_json::from_str(message.body().unwrap_or_default()).ok().context("it is not an event")?;
    // The event stays in the queue, and finally moves to the dead-letter queue.
    ensure!((event.specversion.as_str(), event.dataschema.as_str()) == ("1.0", DATA_SCHEMA), "the event is not of version 1");
    if !handled.contains(&event.id) {
        handle(&event).await?;
        handled.insert(event.id);
    }
    Ok(())
}
