//! `chathooks replay`: sends the events of an export again.

mod args;
mod export;

use std::process::ExitCode;

use anyhow::bail;
use serde_json::json;
use tokio::time::Instant;

use crate::output::{self, BAD, GOOD};
use crate::place::Place;
use crate::progress::Progress;
use crate::rate::Pace;
use crate::sources::Sources;
use crate::sqlite_queue::moving::Mover;
use crate::sqs::{Access, Sender};
use crate::stop::Stop;
use crate::stored::Stored;
use crate::tally::Tally;

pub(crate) use args::ReplayArgs;

/// Counts what an export holds, and sends it.
///
/// # Errors
/// A line is no event, or the queue cannot be used.
pub(crate) async fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.place.env_file.as_deref())?;
    let place = args.place.place(&sources)?;
    let (mut tally, mut count) = (Tally::default(), 0);
    for message in chosen(&args)? {
        tally.add(&message?.1.summary(), if args.execute { "to send" } else { "would be sent" });
        count += 1;
    }
    let mut sent = Sent::default();
    if args.execute {
        let target = Target::open(&place, &sources).await?;
        send(&args, target, count, &mut sent).await?;
    }
    report(&args, &place, count, &tally, &sent);
    Ok(ExitCode::from(u8::from(sent.next_line.is_some())))
}

/// The messages that the flags choose, with their lines.
fn chosen(args: &ReplayArgs) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(u64, Stored)>>> {
    let is_chosen = |message: &anyhow::Result<(u64, Stored)>| {
        let chosen = |(line, message): &(u64, Stored)| *line >= args.from_line && args.selection.has(&message.summary());
        message.as_ref().map_or(true, chosen)
    };
    Ok(export::read(&args.file)?.filter(is_chosen))
}

/// What was sent.
#[derive(Default)]
struct Sent {
    messages: usize,
    /// Where it ended before the end: the first line that is not known to be in the queue.
    next_line: Option<u64>,
    /// And why.
    problem: Option<String>,
}

/// Where events go.
enum Target {
    Sqs(Sender),
    File(Mover),
}

impl Target {
    async fn open(place: &Place, sources: &Sources) -> anyhow::Result<Self> {
        match place {
            Place::File(file) => Ok(Self::File(Mover::make(file)?)),
            Place::Sqs(url) => {
                let queue = Access::find(sources).await.queue(url)?;
                // Whether there is such a queue is better known before anything is sent.
                queue.attributes().await?;
                Ok(Self::Sqs(Sender::new(queue)))
            }
        }
    }

    /// Sends messages; says how many of them from the first on are in, and why the next one is not.
    async fn send(&mut self, messages: &[(u64, Stored)]) -> Result<(), (usize, String)> {
        match self {
            Self::File(mover) => {
                let messages: Vec<Stored> = messages.iter().map(|(_, message)| message.clone()).collect();
                mover.put(&messages).map_err(|error| (0, format!("{error:#}")))
            }
            Self::Sqs(sender) => {
                let messages: Vec<&Stored> = messages.iter().map(|(_, message)| message).collect();
                let outcomes = sender.send(&messages).await.map_err(|error| (0, format!("{error:#}")))?;
                let first = outcomes.into_iter().enumerate().find_map(|(place, outcome)| Some((place, outcome.err()?.to_string())));
                first.map_or(Ok(()), Err)
            }
        }
    }
}

async fn send(args: &ReplayArgs, mut target: Target, count: usize, sent: &mut Sent) -> anyhow::Result<()> {
    let (mut pace, mut stop, progress) = (Pace::new(args.rate), Stop::listen(), Progress::of(count));
    let mut messages = chosen(args)?;
    loop {
        let batch: Vec<(u64, Stored)> = messages.by_ref().take(pace.burst()).collect::<anyhow::Result<_>>()?;
        let Some((first_line, _)) = batch.first() else { break };
        pace.wait(&mut stop).await;
        if stop.is_told() {
            sent.next_line = Some(*first_line);
            break;
        }
        let (done, problem) = target.send(&batch).await.map_or_else(|(done, problem)| (done, Some(problem)), |()| (batch.len(), None));
        sent.messages += done;
        progress.advance(done);
        if problem.is_some() {
            sent.next_line = batch.get(done).map(|(line, _)| *line);
            sent.problem = problem;
            break;
        }
        pace.spend(Instant::now(), done);
    }
    if sent.messages > count {
        bail!("the file changed while it was read");
    }
    Ok(())
}

fn report(args: &ReplayArgs, place: &Place, count: usize, tally: &Tally, sent: &Sent) {
    if args.json {
        let summary = json!({
            "file": args.file.display().to_string(), "to": place.to_string(), "executed": args.execute, "chosen": count,
            "sent": sent.messages, "from_line": sent.next_line, "problem": sent.problem, "messages": tally.json(),
        });
        return output::line(format_args!("{summary}"));
    }
    output::line(format_args!("{} -> {place}", args.file.display()));
    tally.lines().iter().for_each(|line| output::line(format_args!("{line}")));
    if !args.execute {
        return output::line(format_args!("nothing was sent; add --execute to send {count}"));
    }
    let style = if sent.next_line.is_none() { GOOD } else { BAD };
    output::line(format_args!("{style}sent {} of {count}{style:#}", sent.messages));
    if let Some(line) = sent.next_line {
        let problem = sent.problem.as_deref().unwrap_or("interrupted");
        output::line(format_args!("{problem}; go on with --from-line {line}"));
    }
}
