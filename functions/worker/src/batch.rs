//! A batch of SQS messages: which of them failed (`ReportBatchItemFailures`).
//!
//! On a standard queue all are handled at once. On a FIFO queue, told by its ARN, each group is handled
//! in order, and what comes after a failed event of a group fails with it. A record that is not an event
//! fails alone. Whatever is not done when the function's time is nearly over has failed, so that the
//! rest of the batch still counts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use serde::Serialize;
use shared::event::CloudEvent;
use shared::json::Document;
use shared::log::{Invocation, Level, Log, millis};
use shared::trace::Trace;
use tokio::time::{Instant, timeout};

use crate::handle::{Error, Event, Reason, State, handle};
use crate::sqs_event::{Record, SqsEvent};

/// How long one event may take, where the function's own time allows it.
const LONGEST_HANDLING: Duration = Duration::from_secs(10);
/// The most characters of an event's id.
const MAX_ID: usize = 256;
/// What is left of the function's time to report the failures in.
const TIME_TO_REPORT: Duration = Duration::from_millis(500);

/// The answer to the event source mapping: what it must not delete.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsAnswer {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Handles a batch. `deadline` is when Lambda ends the function, in milliseconds since 1970.
pub async fn process(state: &State, log: &Log, batch: &SqsEvent, invocation: Invocation<'_>, deadline: u64) -> SqsAnswer {
    let end = Instant::now() + remaining(deadline).saturating_sub(TIME_TO_REPORT);
    let run = Run { state, log, invocation, end };
    let groups = in_order(&batch.records);
    let failed = join_all(groups.into_iter().map(|group| run.group(group))).await;
    let failures = failed.into_iter().flatten().map(|record| Failure { item_identifier: record.message_id.clone() });
    SqsAnswer { batch_item_failures: failures.collect() }
}

/// Returns how much of the function's time is left. A deadline in the past is none at all: a local runtime may
/// not know it.
fn remaining(deadline: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(deadline).checked_sub(now).unwrap_or(LONGEST_HANDLING + TIME_TO_REPORT)
}

/// Parses the event in a message's body: a JSON object with `specversion` 1.0, an `id` of 1 to 256 visible ASCII
/// characters, which can be a header's value, and an object `data`. None where no delivery could ever help.
pub fn parse(body: &str) -> Option<CloudEvent> {
    let document = Document::parse(body.as_bytes()).ok()?;
    let (version, data) = (document.root().get("specversion"), document.root().get("data"));
    let event: CloudEvent = serde_json::from_str(body).ok()?;
    let is_id = (1..=MAX_ID).contains(&event.id.len()) && event.id.bytes().all(|byte| byte.is_ascii_graphic());
    (is_id && version.is("1.0") && data.is_object()).then_some(event)
}

/// Returns the records in lists: those in one list wait for each other, in its order.
fn in_order(records: &[Record]) -> Vec<Vec<&Record>> {
    let mut groups: Vec<(Option<&str>, Vec<&Record>)> = Vec::new();
    for record in records {
        let is_fifo = record.event_source_arn.ends_with(".fifo");
        let group = record.attributes.message_group_id.as_deref().filter(|_| is_fifo);
        match groups.iter_mut().find(|(known, _)| group.is_some() && *known == group) {
            Some((_, members)) => members.push(record),
            None => groups.push((group, vec![record])),
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

struct Run<'r> {
    state: &'r State,
    log: &'r Log,
    invocation: Invocation<'r>,
    end: Instant,
}

/// What a line says of an event.
#[derive(Default, Serialize)]
struct EventFields<'l> {
    message_id: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receive_count: Option<&'l str>,
    duration_ms: f64,
}

impl Run<'_> {
    /// Handles records one after the other; returns those that failed.
    async fn group<'b>(&self, records: Vec<&'b Record>) -> Vec<&'b Record> {
        let mut failed = Vec::new();
        let mut blocked = false;
        for record in records {
            let started = Instant::now();
            let time_limit = self.end.saturating_duration_since(started).min(LONGEST_HANDLING);
            let traceparent = record.trace().and_then(|header| Trace::parse(header)?.traceparent());
            let event = parse(&record.body).map(|cloud_event| Event { cloud_event, json: record.body.clone(), traceparent, time_limit });
            let outcome = match &event {
                None => Err(Error::because(Reason::Invalid, "the record is no event")),
                Some(_) if blocked => Err(Error::because(Reason::Blocked, "an event before it in its group failed")),
                Some(event) => self.one(event).await,
            };
            blocked |= outcome.is_err() && event.is_some();
            self.write(record, event.as_ref().map(|event| &event.cloud_event), &outcome, started.elapsed());
            if outcome.is_err() {
                failed.push(record);
            }
        }
        failed
    }

    async fn one(&self, event: &Event) -> Result<(), Error> {
        let handled = timeout(event.time_limit, handle(self.state, event)).await;
        handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "it took too long")))
    }

    fn write(&self, record: &Record, event: Option<&CloudEvent>, outcome: &Result<(), Error>, duration: Duration) {
        let (level, message) = if outcome.is_ok() { (Level::Info, "handled") } else { (Level::Warn, "failed") };
        let fields = EventFields {
            message_id: &record.message_id,
            event_id: event.map(|event| event.id.as_str()),
            provider: event.map(|event| event.data.provider.as_str()),
            kind: event.map(|event| event.data.kind.as_str()),
            reason: outcome.as_ref().err().map(ToString::to_string),
            receive_count: record.attributes.approximate_receive_count.as_deref(),
            duration_ms: millis(duration),
        };
        let invocation = Invocation { trace: record.trace().or(self.invocation.trace), ..self.invocation };
        self.log.line(level, message, invocation, fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqs_event::Attributes;

    #[test]
    fn a_record_is_an_event_by_its_version_id_and_data() {
        let event =
            |version: &str, id: &str, data: &str| parse(&format!(r#"{{"specversion":{version},"id":{id},"data":{data}}}"#)).is_some();
        let longest = format!("\"{}\"", "x".repeat(256));
        for id in [r#""a""#, r#""!~""#, &longest] {
            assert!(event(r#""1.0""#, id, "{}"), "{id}");
        }
        for id in [r#""""#, r#""a b""#, r#""\u00e9""#, r#""a\n""#, "7", "null", &format!("\"x{}", &longest[1..])] {
            assert!(!event(r#""1.0""#, id, "{}"), "{id}");
        }
        for version in [r#""0.3""#, "1.0", "null"] {
            assert!(!event(version, r#""a""#, "{}"), "{version}");
        }
        for data in ["null", "[]", r#""{}""#, "1"] {
            assert!(!event(r#""1.0""#, r#""a""#, data), "{data}");
        }
        for body in ["", "[]", "no json", r#"{"specversion":"1.0","id":"a"}"#] {
            assert!(parse(body).is_none(), "{body}");
        }
    }

    fn record(id: &str, group: Option<&str>, queue: &str) -> Record {
        Record {
            message_id: id.to_owned(),
            attributes: Attributes { message_group_id: group.map(str::to_owned), ..Attributes::default() },
            event_source_arn: format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
            ..Record::default()
        }
    }

    fn ids(records: &[Record]) -> Vec<Vec<&str>> {
        in_order(records).iter().map(|group| group.iter().map(|record| record.message_id.as_str()).collect()).collect()
    }

    #[test]
    fn only_a_fifo_queue_has_order() {
        let fifo = [record("1", Some("a"), "q.fifo"), record("2", Some("b"), "q.fifo"), record("3", Some("a"), "q.fifo")];
        assert_eq!(ids(&fifo), [vec!["1", "3"], vec!["2"]]);
        let standard = [record("1", Some("a"), "q"), record("2", Some("a"), "q"), record("3", None, "q")];
        assert_eq!(ids(&standard), [["1"], ["2"], ["3"]]);
    }

    #[test]
    fn the_answer_names_what_failed() {
        let answer = SqsAnswer { batch_item_failures: vec![Failure { item_identifier: "m-1".to_owned() }] };
        assert_eq!(serde_json::to_string(&answer).expect("JSON"), r#"{"batchItemFailures":[{"itemIdentifier":"m-1"}]}"#);
    }

    #[test]
    fn a_deadline_in_the_past_is_unknown() {
        assert_eq!(remaining(0), LONGEST_HANDLING + TIME_TO_REPORT);
        assert!(remaining(u64::MAX / 2) > LONGEST_HANDLING);
    }
}
