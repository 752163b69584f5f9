//! Moves messages from one SQS queue to another.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::args::RedriveArgs;
use super::batch::{self, Move};
use super::judge::{Decision, Judge};
use super::report::Report;
use crate::queue::sqs::{Held, NotSent, OrderedSender, SqsQueue, peek};
use crate::queue::{Pace, Summary};
use crate::terminal::{Progress, Stop};

/// The wait time of a receive call.
pub(super) const WAIT: Duration = Duration::from_secs(1);
/// How long to wait for SQS's approximate counts, in addition to the visibility timeout.
const LAG: Duration = Duration::from_secs(5);

/// Moves messages. A message that cannot be moved is held until the end, so that it is not received again, and then
/// returned to the source.
///
/// # Errors
/// Returns an error if a queue cannot be used at all. The report contains later problems.
pub(super) async fn run(source: SqsQueue, target: SqsQueue, judge: &Judge, args: &RedriveArgs) -> anyhow::Result<Report> {
    target.attributes().await?;
    let total = source.attributes().await?.visible;
    let visibility = if judge.takes_all() { args.visibility_s } else { peek::visibility(total).max(args.visibility_s) };
    let mut redrive = Redrive {
        source,
        sender: OrderedSender::new(target),
        judge,
        visibility,
        pace: Pace::new(args.rate),
        stop: Stop::listen(),
        progress: Progress::of(total),
        report: Report::default(),
        aside: HashMap::new(),
        sent: HashSet::new(),
        idle_since: None,
    };
    let outcome = redrive.move_all().await;
    redrive.end(outcome.err()).await
}

struct Redrive<'j> {
    source: SqsQueue,
    sender: OrderedSender,
    judge: &'j Judge,
    visibility: Duration,
    pace: Pace,
    stop: Stop,
    progress: Progress,
    report: Report,
    /// Messages that stay in the source, by message id.
    aside: HashMap<String, Held>,
    /// The ids of messages that are in the target and possibly not deleted from the source.
    sent: HashSet<String>,
    /// The time since which no new message arrived.
    idle_since: Option<Instant>,
}

impl Redrive<'_> {
    async fn move_all(&mut self) -> anyhow::Result<()> {
        while self.aside.len() < peek::MAX_HELD {
            self.pace.wait(&mut self.stop).await;
            if self.stop.is_told() {
                self.report.interrupted = true;
                break;
            }
            let received = self.source.receive(self.pace.burst(), self.visibility, WAIT).await?;
            if self.take(received).await? {
                self.idle_since = None;
            } else if self.is_over().await? {
                break;
            }
        }
        Ok(())
    }

    /// Handles received messages. Returns whether any of them was new.
    async fn take(&mut self, received: Vec<Held>) -> anyhow::Result<bool> {
        let (mut moves, mut again, mut is_new) = (Vec::new(), Vec::new(), false);
        for held in received {
            if self.sent.contains(&held.message_id) {
                again.push(held);
            } else if let Some(known) = self.aside.get_mut(&held.message_id) {
                // Only the newest receipt handle is sure to work.
                known.receipt = held.receipt;
            } else {
                is_new = true;
                moves.extend(self.judge(held));
            }
        }
        self.send(moves).await?;
        self.source.delete(&again.iter().collect::<Vec<_>>()).await?;
        Ok(is_new)
    }

    fn judge(&mut self, held: Held) -> Option<Move> {
        let summary = held.message.summary();
        match self.judge.judge(&held.message, &summary, held.sent_at) {
            Decision::Move(outgoing) => return Some(Move { held, summary, outgoing }),
            Decision::NotChosen => self.report.not_chosen += 1,
            Decision::Stay(reason) => self.report.left(&summary, &reason),
        }
        self.put_aside(&held);
        self.progress.advance(1);
        None
    }

    async fn send(&mut self, moves: Vec<Move>) -> anyhow::Result<()> {
        if moves.is_empty() {
            return Ok(());
        }
        let outcomes = batch::send(&self.source, &mut self.sender, &moves, self.visibility).await;
        let unclear = |error: &anyhow::Error| vec![Err(NotSent::Unknown(format!("{error:#}"))); moves.len()];
        let (outcomes, problem) = match outcomes {
            Ok(outcomes) => (outcomes, None),
            Err(error) => (unclear(&error), Some(error)),
        };
        let mut moved = Vec::new();
        for (Move { held, summary, .. }, outcome) in moves.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => moved.push((held, summary)),
                Err(reason) => {
                    self.report.failed(&summary, &reason.to_string());
                    self.put_aside(&held);
                }
            }
        }
        self.pace.spend(Instant::now(), moved.len());
        self.delete(moved).await?;
        problem.map_or(Ok(()), Err)
    }

    /// Deletes messages that are in the target.
    async fn delete(&mut self, moved: Vec<(Held, Summary)>) -> anyhow::Result<()> {
        for (held, summary) in &moved {
            self.sent.insert(held.message_id.clone());
            self.report.moved(summary, true);
        }
        self.progress.advance(moved.len());
        let held: Vec<&Held> = moved.iter().map(|(held, _)| held).collect();
        // A message that SQS fails to delete is received again, and deleted then.
        self.source.delete(&held).await.map(drop)
    }

    fn put_aside(&mut self, held: &Held) {
        self.aside.insert(held.message_id.clone(), held.to_give_back());
    }

    /// Returns whether no more messages are expected. The messages that a killed run held arrive when their visibility
    /// timeout ends.
    async fn is_over(&mut self) -> anyhow::Result<bool> {
        let attributes = self.source.attributes().await?;
        let elsewhere = attributes.in_flight.saturating_sub(self.aside.len());
        // Messages behind a held one of their group are not received.
        let waiting = if self.source.is_fifo() && !self.aside.is_empty() { 0 } else { attributes.visible };
        self.report.not_seen = attributes.visible + elsewhere;
        if elsewhere + waiting == 0 {
            return Ok(true);
        }
        let since = *self.idle_since.get_or_insert_with(|| {
            if elsewhere > 0 {
                self.progress.note(&format!("waiting for {elsewhere} messages in flight, for example from a run that was killed"));
            }
            Instant::now()
        });
        Ok(since.elapsed() > self.visibility + LAG)
    }

    /// Returns the held messages to the source, and completes the report.
    async fn end(mut self, error: Option<anyhow::Error>) -> anyhow::Result<Report> {
        let held: Vec<&Held> = self.aside.values().collect();
        let given_back = self.source.give_back(&held).await;
        let nothing_done = self.report.moved + self.report.failed == 0;
        match error.or(given_back.err()) {
            Some(error) if nothing_done => Err(error),
            error => {
                self.report.problem = error.map(|error| format!("{error:#}"));
                if self.report.interrupted || self.report.problem.is_some() {
                    let attributes = self.source.attributes().await.ok();
                    let there = attributes.map_or(0, |attributes| attributes.visible + attributes.in_flight);
                    self.report.not_seen = there.saturating_sub(self.aside.len());
                }
                Ok(self.report)
            }
        }
    }
}
