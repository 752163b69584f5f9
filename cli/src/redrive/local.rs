//! Redriving within the embedded queue's file. Nothing is received: each step is one transaction, so a
//! kill loses nothing and moves nothing twice.

use std::path::Path;

use tokio::time::Instant;

use super::args::RedriveArgs;
use super::judge::{Fate, Judge};
use super::report::Report;
use crate::progress::Progress;
use crate::rate::Pace;
use crate::sqlite_queue::moving::{Letter, Mover, Stuck};
use crate::stop::Stop;

/// Makes stuck messages ready, or counts them.
///
/// # Errors
/// The file cannot be used.
pub(super) async fn run(file: &Path, stuck: Stuck, judge: &Judge, args: &RedriveArgs) -> anyhow::Result<Report> {
    let mut mover = Mover::open(file)?;
    let (mut report, mut pace, mut stop) = (Report::default(), Pace::new(args.rate), Stop::listen());
    let progress = Progress::of(mover.count(stuck)?);
    let mut last = 0;
    loop {
        let letters = mover.letters(stuck, last)?;
        let Some(end) = letters.last() else { break };
        last = end.number;
        for chunk in letters.chunks(pace.burst()) {
            if args.execute {
                pace.wait(&mut stop).await;
            }
            if stop.is_told() {
                report.interrupted = true;
                return Ok(report);
            }
            let moved = step(&mut mover, stuck, chunk, judge, args.execute, &mut report)?;
            pace.spend(Instant::now(), moved);
            progress.advance(chunk.len());
        }
    }
    Ok(report)
}

/// Says how many were moved.
fn step(mover: &mut Mover, stuck: Stuck, letters: &[Letter], judge: &Judge, execute: bool, report: &mut Report) -> anyhow::Result<usize> {
    let (mut revived, before) = (Vec::new(), report.moved);
    for Letter { number, sent_at, last_error, stored } in letters {
        let mut summary = stored.summary();
        summary.reason = last_error.clone().or(summary.reason);
        match judge.judge(stored, &summary, *sent_at) {
            Fate::NotChosen => report.not_chosen += 1,
            Fate::Stay(reason) => report.left(&summary, &reason),
            Fate::Move(messages) => {
                match stuck {
                    Stuck::Dead => revived.push(*number),
                    Stuck::Quarantined if execute => mover.replace(*number, &messages)?,
                    Stuck::Quarantined => {}
                }
                report.moved(&summary, execute);
            }
        }
    }
    if execute {
        mover.revive(&revived)?;
    }
    Ok(report.moved - before)
}
