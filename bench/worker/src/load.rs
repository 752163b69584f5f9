//! The batches that a worker receives: the event of Kommo's text message, as the function queues it, with different ids.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use shared::queue::Message;
use testkit::{Pipeline, StoredMessage, samples, sqs_event};

/// The sample in `events/kommo`.
const SAMPLE: &str = "v2-text";

/// A kind of batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// Ten events of a standard queue: the template's batch size.
    Standard,
    /// One event of a FIFO queue: the template's batch size there.
    Fifo,
}

impl Case {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Fifo];

    /// Returns the name in the raw figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Fifo => "fifo",
        }
    }

    /// Returns the name in tables.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Standard => "standard queue, batches of 10",
            Self::Fifo => "FIFO queue, batches of 1",
        }
    }

    /// Returns the number of events in a batch.
    #[must_use]
    pub fn batch_size(self) -> usize {
        match self {
            Self::Standard => 10,
            Self::Fifo => 1,
        }
    }

    fn queue_arn(self) -> &'static str {
        match self {
            Self::Standard => "arn:aws:sqs:us-east-1:123456789012:events",
            Self::Fifo => "arn:aws:sqs:us-east-1:123456789012:events.fifo",
        }
    }
}

/// A source of events.
#[derive(Debug)]
pub struct Load {
    message: Message,
}

/// An event in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event's id.
    pub id: String,
    /// The CloudEvent as JSON, exactly as it must be delivered.
    pub body: String,
}

impl Event {
    /// Returns the queue message's id.
    #[must_use]
    pub fn message_id(&self) -> String {
        let digits = self.digits();
        format!("{}-{}-4000-8000-{}", &digits[..8], &digits[8..12], &digits[20..])
    }

    fn digits(&self) -> &str {
        &self.id["kommo-".len()..]
    }
}

impl Load {
    /// Creates the event by sending the sample through Kommo's pipeline.
    ///
    /// # Errors
    /// The sample is missing, or does not result in exactly one event.
    pub fn new() -> Result<Self> {
        let sample = samples("kommo").into_iter().find(|sample| sample.name == SAMPLE);
        let sample = sample.with_context(|| format!("events/kommo/{SAMPLE}.json is missing"))?;
        let path = sample.event["rawPath"].as_str().context("the sample has a path")?.to_owned();
        // The pipeline has its own runtime, which cannot start on a thread that drives another one.
        let received = std::thread::spawn(move || Pipeline::new(&kommo::PROVIDER).receive(&path, &sample.body).1);
        let [message] = <[Message; 1]>::try_from(received.join().ok().context("Kommo's pipeline failed")?)
            .map_err(|messages| anyhow::anyhow!("expected one message for {SAMPLE}, got {}", messages.len()))?;
        ensure!(message.body.matches(&message.id).count() == 1, "expected the event's id once in its body");
        Ok(Self { message })
    }

    /// Returns the event with this number.
    #[must_use]
    pub fn event(&self, number: usize) -> Event {
        let id = format!("kommo-{number:032x}");
        let body = self.message.body.replacen(&self.message.id, &id, 1);
        Event { id, body }
    }

    /// Returns Lambda's batches for these events.
    #[must_use]
    pub fn batches(&self, case: Case, events: &[Event]) -> Vec<Vec<u8>> {
        let message = |event: &Event| self.stored(case, event);
        let batch = |events: &[Event]| sqs_event(case.queue_arn(), &events.iter().map(message).collect::<Vec<_>>());
        events.chunks(case.batch_size()).map(|events| batch(events).to_string().into_bytes()).collect()
    }

    fn stored(&self, case: Case, event: &Event) -> StoredMessage {
        let mut system = vec![
            ("ApproximateReceiveCount", "1"),
            ("AWSTraceHeader", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"),
            ("SentTimestamp", "1794993737994"),
            ("SenderId", "AROAEXAMPLE:hooks"),
            ("ApproximateFirstReceiveTimestamp", "1794993738000"),
            ("MessageGroupId", if case == Case::Fifo { &self.message.group } else { &self.message.tenant }),
        ];
        if case == Case::Fifo {
            system.extend([("MessageDeduplicationId", event.id.as_str()), ("SequenceNumber", "18849496460467696128")]);
        }
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        StoredMessage {
            body: event.body.clone(),
            attributes: self.message.attributes().map(owned).collect(),
            typed: BTreeMap::new(),
            system: system.into_iter().map(owned).collect(),
            message_id: event.message_id(),
            receipt_handle: format!("AQEB{}", event.digits().repeat(5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_has_its_own_id_and_the_same_content() {
        let load = Load::new().unwrap();
        let (one, other) = (load.event(1), load.event(2));
        assert!(one.id != other.id && one.body.replace(&one.id, &other.id) == other.body);
        let json: serde_json::Value = serde_json::from_str(&one.body).unwrap();
        assert_eq!((json["id"].as_str(), json["type"].as_str()), (Some(one.id.as_str()), Some("com.kommo.message")));
    }

    #[test]
    fn batches_have_all_events_in_order() {
        let load = Load::new().unwrap();
        let events: Vec<_> = (0..20).map(|number| load.event(number)).collect();
        for (case, count) in [(Case::Standard, 2), (Case::Fifo, 20)] {
            let batches = load.batches(case, &events);
            assert_eq!(batches.len(), count);
            let batches = batches.iter().map(|batch| serde_json::from_slice::<serde_json::Value>(batch).unwrap());
            let bodies: Vec<_> = batches.flat_map(|batch| batch["Records"].as_array().unwrap().clone()).collect();
            assert!(bodies.iter().map(|record| record["body"].as_str().unwrap()).eq(events.iter().map(|event| &event.body)));
        }
    }
}
