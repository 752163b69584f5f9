//! Counts, on SQS, the messages that would be moved.

use super::args::RedriveArgs;
use super::judge::{Decision, Judge};
use super::report::Report;
use super::transfer::WAIT;
use crate::queue::sqs::{SqsQueue, peek};
use crate::terminal::{Progress, Stop};

/// Counts the messages that would be moved, and returns all received messages to the source.
///
/// # Errors
/// Returns an error if a queue cannot be read.
pub(super) async fn run(source: &SqsQueue, target: &SqsQueue, judge: &Judge, args: &RedriveArgs) -> anyhow::Result<Report> {
    peek::refuse_redrive_policy(source, args.force).await?;
    target.attributes().await?;
    let before = source.attributes().await?;
    let (mut report, stop, progress) = (Report::default(), Stop::listen(), Progress::of(before.visible));
    let seen = peek::pass(source, WAIT, &stop, |held| {
        let summary = held.message.summary();
        match judge.judge(&held.message, &summary, held.sent_at) {
            Decision::NotChosen => report.not_chosen += 1,
            Decision::Move(_) => report.moved(&summary, false),
            Decision::Stay(reason) => report.left(&summary, &reason),
        }
        progress.advance(1);
        Ok(())
    });
    let seen = seen.await?;
    report.not_seen = (before.visible + before.in_flight).saturating_sub(seen);
    report.interrupted = stop.is_told();
    Ok(report)
}
