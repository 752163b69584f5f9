//! Redriving within the embedded queue's file. No message is received. Each step is one transaction, so a kill loses
//! nothing and moves nothing twice.

use std::path::Path;

use tokio::time::Instant;

use super::args::RedriveArgs;
use super::judge::{Decision, Judge};
use super::report::Report;
use crate::queue::Pace;
use crate::queue::sqlite::{Mover, NumberedMessage, SideQueue};
use crate::terminal::{Progress, Stop};

/// Makes dead or quarantined messages ready, or counts them.
///
/// # Errors
/// Returns an error if the file cannot be used.
pub(super) async fn run(file: &Path, side: SideQueue, judge: &Judge, args: &RedriveArgs) -> anyhow::Result<Report> {
    let mut mover = Mover::open(file)?;
    let (mut report, mut pace, mut stop) = (Report::default(), Pace::new(args.rate), Stop::listen());
    let progress = Progress::of(mover.count(side)?);
    let mut last = 0;
    loop {
        let messages = mover.messages(side, last)?;
        let Some(end) = messages.last() else { break };
        last = end.number;
        for chunk in messages.chunks(pace.burst()) {
            if args.execute {
                pace.wait(&mut stop).await;
            }
            if stop.is_told() {
                report.interrupted = true;
                return Ok(report);
            }
            let moved = step(&mut mover, side, chunk, judge, args.execute, &mut report)?;
            pace.spend(Instant::now(), moved);
            progress.advance(chunk.len());
        }
    }
    Ok(report)
}

/// Handles one chunk of messages. Returns the number of moved messages.
fn step(
    mover: &mut Mover,
    side: SideQueue,
    messages: &[NumberedMessage],
    judge: &Judge,
    execute: bool,
    report: &mut Report,
) -> anyhow::Result<usize> {
    let (mut ready, before) = (Vec::new(), report.moved);
    for NumberedMessage { number, sent_at, last_error, last_cause, message } in messages {
        let mut summary = message.summary();
        summary.reason = last_error.clone().or(summary.reason);
        summary.cause.clone_from(last_cause);
        match judge.judge(message, &summary, *sent_at) {
            Decision::NotChosen => report.not_chosen += 1,
            Decision::Stay(reason) => report.left(&summary, &reason),
            Decision::Move(messages) => {
                match side {
                    SideQueue::DeadLetters => ready.push(*number),
                    SideQueue::Quarantine if execute => mover.replace(*number, &messages)?,
                    SideQueue::Quarantine => {}
                }
                report.moved(&summary, execute);
            }
        }
    }
    if execute {
        mover.make_ready(&ready)?;
    }
    Ok(report.moved - before)
}
