//! Lambda's event for a batch of SQS messages.
//!
//! A record is an SQS record if it has a message id, a body and no event source other than `aws:sqs`. If any record is not
//! one, or the event has another form, the invocation fails. Otherwise, the event would be lost unnoticed. An empty batch is
//! accepted: Lambda does not send any, and it has nothing to lose.

mod attributes;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde::de::MapAccess;
use shared::trigger::lenient::{self, FromValue, Lenient, Object};
use shared::trigger::{Trigger, Unsupported};

pub use attributes::MessageAttributes;

/// A batch. No other event deserializes to it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Lenient<Object<Members>>")]
pub struct SqsEvent {
    /// The messages.
    pub records: Vec<Record>,
}

impl Trigger for SqsEvent {
    const EXPECTED: &'static str = "expected a batch of messages from an Amazon SQS queue, sent by an event source mapping";
}

/// One message.
#[derive(Debug, Default)]
pub struct Record {
    /// The id that identifies the record if it failed.
    pub message_id: String,
    /// The event as JSON.
    pub body: String,
    /// The system attributes.
    pub attributes: Attributes,
    /// The sender's attributes.
    pub message_attributes: MessageAttributes,
    /// The handle for changing its visibility.
    pub receipt_handle: Option<String>,
    /// The ARN of its queue.
    pub event_source_arn: String,
}

impl Record {
    /// Returns the X-Ray trace header of the webhook request.
    #[must_use]
    pub fn trace(&self) -> Option<&str> {
        self.attributes.aws_trace_header.as_deref()
    }

    /// Returns how many times the message has been received, including this time, or 1 if that is unknown.
    #[must_use]
    pub fn receive_count(&self) -> u32 {
        let count: Option<u64> = self.attributes.approximate_receive_count.as_deref().and_then(|count| count.parse().ok());
        count.map_or(1, |count| u32::try_from(count).unwrap_or(u32::MAX)).max(1)
    }

    /// Returns how long the message has been in the queue, or `None` if that is unknown.
    #[must_use]
    pub fn age(&self, now: SystemTime) -> Option<Duration> {
        let sent = self.attributes.sent_timestamp.as_deref()?.parse().ok()?;
        now.duration_since(UNIX_EPOCH).ok()?.checked_sub(Duration::from_millis(sent))
    }

    /// Whether the message is from a FIFO queue.
    #[must_use]
    pub fn is_of_fifo(&self) -> bool {
        self.event_source_arn.ends_with(".fifo")
    }
}

/// The system attributes of a message that the worker uses.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Attributes {
    /// The group within which order is kept.
    #[serde(deserialize_with = "lenient::value")]
    pub message_group_id: Option<String>,
    /// How many times the message has been received, including this time.
    #[serde(deserialize_with = "lenient::value")]
    pub approximate_receive_count: Option<String>,
    /// When the message was sent, in milliseconds since 1970.
    #[serde(deserialize_with = "lenient::value")]
    pub sent_timestamp: Option<String>,
    /// The X-Ray trace header of the webhook request.
    #[serde(rename = "AWSTraceHeader", deserialize_with = "lenient::value")]
    pub aws_trace_header: Option<String>,
}

#[derive(Deserialize)]
struct Members {
    #[serde(rename = "Records", default)]
    records: Lenient<Vec<Record>>,
}

impl TryFrom<Lenient<Object<Members>>> for SqsEvent {
    type Error = Unsupported;

    fn try_from(Lenient(event): Lenient<Object<Members>>) -> Result<Self, Unsupported> {
        let records = event.and_then(|Object(members)| members.records.0);
        records.map(|records| Self { records }).ok_or(Unsupported(Self::EXPECTED))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RecordMembers {
    message_id: Lenient<String>,
    body: Lenient<String>,
    attributes: Lenient<Object<Attributes>>,
    message_attributes: Option<Lenient<MessageAttributes>>,
    receipt_handle: Lenient<String>,
    event_source: Lenient<String>,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: Lenient<String>,
}

impl<'de> FromValue<'de> for Record {
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        Ok(Object::from_object(object)?.and_then(|Object(members): Object<RecordMembers>| members.record()))
    }
}

impl RecordMembers {
    /// Returns the record, if it is an SQS record.
    fn record(self) -> Option<Record> {
        let is_of_sqs = self.event_source.0.is_none_or(|source| source == "aws:sqs");
        let message_id = self.message_id.0.filter(|id| is_of_sqs && !id.is_empty())?;
        let Object(attributes) = self.attributes.0.unwrap_or_default();
        let message_attributes = match self.message_attributes {
            Some(Lenient(attributes)) => attributes.unwrap_or(MessageAttributes(None)),
            None => MessageAttributes::default(),
        };
        Some(Record {
            message_id,
            body: self.body.0?,
            attributes,
            message_attributes,
            receipt_handle: self.receipt_handle.0,
            event_source_arn: self.event_source_arn.0.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A record as Lambda sends it.
    fn record(message_id: &str) -> Value {
        json!({
            "messageId": message_id, "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", "body": "{\"a\":1}",
            "attributes": {
                "ApproximateReceiveCount": "2", "SentTimestamp": "1794993737994", "SenderId": "AROAEXAMPLE:hooks",
                "ApproximateFirstReceiveTimestamp": "1794993738000", "MessageGroupId": "g-1",
                "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793",
            },
            "messageAttributes": {"provider": {"stringValue": "kommo", "stringListValues": [], "binaryListValues": [], "dataType": "String"}},
            "md5OfBody": "bb6cb5c68df4652941caf652a366f2d8", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:events.fifo", "awsRegion": "eu-west-1",
        })
    }

    fn records(json: &Value) -> Option<Vec<Record>> {
        match serde_json::from_str::<SqsEvent>(&json.to_string()) {
            Ok(event) => Some(event.records),
            Err(error) => {
                assert!(error.to_string().starts_with(SqsEvent::EXPECTED), "{error}");
                None
            }
        }
    }

    #[test]
    fn a_batch_has_its_messages() {
        let records = records(&json!({"Records": [record("m-1"), record("m-2")]})).expect("a batch");
        assert_eq!(records.iter().map(|record| record.message_id.as_str()).collect::<Vec<_>>(), ["m-1", "m-2"]);
        let first = &records[0];
        assert_eq!(
            (first.body.as_str(), first.event_source_arn.as_str()),
            (r#"{"a":1}"#, "arn:aws:sqs:eu-west-1:123456789012:events.fifo")
        );
        assert_eq!(first.receipt_handle.as_deref(), Some("AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a"));
        assert_eq!(first.message_attributes.0.as_ref().map(std::collections::BTreeMap::len), Some(1));
        assert!(first.is_of_fifo());
        let Attributes { message_group_id, approximate_receive_count, .. } = &first.attributes;
        assert_eq!((message_group_id.as_deref(), approximate_receive_count.as_deref()), (Some("g-1"), Some("2")));
        assert_eq!(first.trace(), Some("Root=1-5759e988-bd862e3fe1be46a994272793"));
    }

    #[test]
    fn an_invalid_count_is_1() {
        for (count, expected) in [
            (json!("1"), 1),
            (json!("300"), 300),
            (json!("0"), 1),
            (json!("-1"), 1),
            (json!("x"), 1),
            (json!(7), 1),
            (json!("4294967296"), u32::MAX),
        ] {
            let mut message = record("m-1");
            message["attributes"]["ApproximateReceiveCount"] = count.clone();
            assert_eq!(records(&json!({"Records": [message]})).expect("a batch")[0].receive_count(), expected, "{count}");
        }
    }

    #[test]
    fn the_age_is_known_if_the_time_of_sending_is() {
        let now = UNIX_EPOCH + Duration::from_millis(10_000);
        for (sent, expected) in [
            (json!("4000"), Some(6_000)),
            (json!("10000"), Some(0)),
            (json!("10001"), None),
            (json!("soon"), None),
            (json!(4_000), None),
            (json!(null), None),
        ] {
            let mut message = record("m-1");
            message["attributes"]["SentTimestamp"] = sent.clone();
            let age = records(&json!({"Records": [message]})).expect("a batch")[0].age(now);
            assert_eq!(age, expected.map(Duration::from_millis), "{sent}");
        }
    }

    #[test]
    fn an_empty_batch_is_a_batch() {
        assert_eq!(records(&json!({"Records": []})).map(|records| records.len()), Some(0));
    }

    #[test]
    fn unused_members_can_have_any_type() {
        for value in [json!(null), json!(1), json!("text"), json!([[1]]), json!({"a": {"b": []}})] {
            let mut message = record("m-1");
            for name in ["attributes", "messageAttributes", "md5OfBody", "awsRegion", "receiptHandle", "new"] {
                message[name] = value.clone();
            }
            assert!(records(&json!({"Records": [message], "new": value})).is_some(), "{value}");
            let mut message = record("m-1");
            message["attributes"] = json!({"MessageGroupId": value, "ApproximateReceiveCount": 1, "AWSTraceHeader": null});
            assert!(records(&json!({"Records": [message]})).is_some(), "{value}");
        }
    }

    #[test]
    fn other_events_are_rejected() {
        let of = |source: &str| {
            let mut record = record("m-1");
            record["eventSource"] = source.into();
            json!({"Records": [record]})
        };
        let mut mixed = of("aws:sqs");
        mixed["Records"].as_array_mut().expect("a list").push(json!({"eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}}}));
        let mut nameless = of("aws:sqs");
        nameless["Records"][0]["messageId"] = "".into();
        for json in [
            json!({}),
            json!(null),
            json!("text"),
            json!([]),
            json!([[record("m-1")]]),
            json!({"source": "shop.chat", "detail-type": "in.qikchat.message", "detail": {"specversion": "1.0", "id": "qikchat-0"}}),
            json!({"Records": null}),
            json!({"Records": {"0": record("m-1")}}),
            json!({"Records": [null]}),
            json!({"Records": [{}]}),
            json!({"records": [record("m-1")]}),
            json!({"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "m-1", "Message": "{}"}}]}),
            json!({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": "e30=", "sequenceNumber": "1"}}]}),
            json!({"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "POST"}}}),
            of("aws:s3"),
            of("aws:dynamodb"),
            mixed,
            nameless,
        ] {
            assert!(records(&json).is_none(), "{json}");
        }
    }
}
