//! A batch of SQS messages: which of them failed (`ReportBatchItemFailures`), and when they are retried.
//!
//! On a standard queue the records are handled concurrently. On a FIFO queue, recognized by its ARN, each group is handled
//! in order, and the records that follow a failed event in its group fail without an attempt. A record that is not an event
//! does not block its group. A record that is not done shortly before the function's deadline fails, so the others can
//! still be reported as done.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use shared::log::{Invocation, Level, Log};
use shared::settings::QUEUE_URL;

use crate::attempt::Attempt;
use crate::line::{self, Hidden};
use crate::sqs_event::{Record, SqsEvent};
use crate::times::Times;
use crate::worker::Worker;

/// The maximum number of records that are handled concurrently. Lambda lets a process open 1,024 files, and a batch can have
/// 10,000 records, each of which can need a connection.
const MAX_CONCURRENT: usize = 256;
/// The maximum time that a batch waits for a new secret.
const LONGEST_REFRESH: Duration = Duration::from_millis(500);

/// The response to the event source mapping: the records that it must not delete.
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

/// Handles a batch. `deadline` is when Lambda stops the function, in milliseconds since 1970.
pub async fn process(worker: &Worker, log: &Log, batch: &SqsEvent, invocation: Invocation<'_>, deadline: u64) -> SqsAnswer {
    let times = Times::until(deadline, worker.visibility.is_some(), worker.dead_letters.is_some());
    log.refresh_failures(&worker.state.refresh(LONGEST_REFRESH).await, invocation);
    let run = Run { worker, log, invocation, times };
    let groups = in_order(&batch.records);
    let run = &run;
    let handling: Vec<_> = groups.into_iter().enumerate().map(|(index, group)| async move { (index, run.group(group).await) }).collect();
    // Not `buffered`, which starts no further events while the receiver hangs on an earlier one.
    let failed: BTreeMap<usize, Vec<Attempt<'_>>> = stream::iter(handling).buffer_unordered(MAX_CONCURRENT).collect().await;
    let failed: Vec<Attempt<'_>> = failed.into_values().flatten().collect();
    run.settle(&failed).await;
    let failures = failed.iter().map(|attempt| Failure { item_identifier: attempt.record.message_id.clone() });
    SqsAnswer { batch_item_failures: failures.collect() }
}

/// Splits the records into independent lists. The records of a list are handled in order.
fn in_order(records: &[Record]) -> Vec<Vec<&Record>> {
    let (mut lists, mut list_of_group) = (Vec::<Vec<&Record>>::new(), HashMap::new());
    for record in records {
        let group = record.attributes.message_group_id.as_deref().filter(|_| record.is_of_fifo());
        let next = lists.len();
        let index = group.map_or(next, |group| *list_of_group.entry(group).or_insert(next));
        if index == next {
            lists.push(Vec::new());
        }
        lists[index].push(record);
    }
    lists
}

struct Run<'r> {
    worker: &'r Worker,
    log: &'r Log,
    invocation: Invocation<'r>,
    times: Times,
}

/// The fields of the log line about a mismatched queue.
#[derive(Serialize)]
struct SettingFields {
    setting: &'static str,
}

impl Run<'_> {
    /// Handles records one after another, and returns the attempts that failed.
    async fn group<'b>(&self, records: Vec<&'b Record>) -> Vec<Attempt<'b>> {
        let mut failed = Vec::new();
        let mut blocked = None;
        for record in records {
            let attempt = Attempt::at(record, blocked, self.worker, &self.times).await;
            blocked = blocked.or(attempt.blocks());
            if attempt.pause().is_some() {
                failed.push(attempt);
            } else {
                line::write(self.log, self.invocation, &attempt, &Hidden::NotTried);
            }
        }
        failed
    }

    /// Hides the failed records until their next attempts, and writes their log lines.
    async fn settle(&self, failed: &[Attempt<'_>]) {
        let pauses: Vec<(&Record, Duration)> = failed.iter().filter_map(|attempt| Some((attempt.record, attempt.pause()?))).collect();
        let hidden = match &self.worker.visibility {
            Some(visibility) if !pauses.is_empty() => {
                if visibility.finds_first_mismatch(pauses[0].0) {
                    let message = "QUEUE_URL is not the queue that the records come from, so their visibility cannot be changed; set it to that queue";
                    self.log.line(Level::Warn, message, self.invocation, SettingFields { setting: QUEUE_URL });
                }
                let outcomes = visibility.hide(&pauses, self.times.hidden).await;
                outcomes.into_iter().map(|outcome| outcome.map_or_else(|failure| Hidden::No(failure.code), |()| Hidden::Yes)).collect()
            }
            _ => vec![Hidden::NotTried; failed.len()],
        };
        for (attempt, hidden) in failed.iter().zip(hidden) {
            line::write(self.log, self.invocation, attempt, &hidden);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqs_event::Attributes;

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
    fn the_response_names_the_failed_records() {
        let answer = SqsAnswer { batch_item_failures: vec![Failure { item_identifier: "m-1".to_owned() }] };
        assert_eq!(serde_json::to_string(&answer).expect("JSON"), r#"{"batchItemFailures":[{"itemIdentifier":"m-1"}]}"#);
    }
}
