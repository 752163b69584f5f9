//! `chathooks replay`: sends the events of an export to a queue.

mod args;
mod target;

use std::process::ExitCode;

use anyhow::bail;
use serde_json::json;
use tokio::time::Instant;

use crate::queue::export::Export;
use crate::queue::{Pace, QueueLocation, StoredMessage, Tally};
use crate::settings::Sources;
use crate::terminal::output::{self, BAD, GOOD, Unwritable};
use crate::terminal::{Progress, Stop};

pub(crate) use args::ReplayArgs;
use target::{Incomplete, Target};

/// Counts the messages of an export, and sends them with `--execute`.
///
/// # Errors
/// Returns an error if a line is invalid, or if the queue cannot be used.
pub(crate) async fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.location.env_file.as_deref())?;
    let location = args.location.location(&sources)?;
    let export = Export::open(&args.file)?;
    let (mut tally, mut count, mut left_out) = (Tally::default(), 0, 0);
    for message in chosen(&export, &args)? {
        let (_, message) = message?;
        if is_sent(&message, &args) {
            count += 1;
            tally.add(&message.summary(), if args.execute { "to send" } else { "would be sent" });
        } else {
            left_out += 1;
            tally.add(&message.summary(), "left out: malformed (--malformed sends it)");
        }
    }
    let mut sent = Sent::default();
    if args.execute {
        let target = Target::open(&location, &sources).await?;
        send(&export, &args, target, count, &mut sent).await?;
    }
    report(&args, &location, [count, left_out], &tally, &sent)?;
    Ok(ExitCode::from(u8::from(sent.next_line.is_some())))
}

/// Returns the messages that the flags select, with their line numbers.
fn chosen<'e>(export: &'e Export, args: &'e ReplayArgs) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(u64, StoredMessage)>> + 'e> {
    let is_chosen = |message: &anyhow::Result<(u64, StoredMessage)>| {
        let chosen = |(line, message): &(u64, StoredMessage)| *line >= args.from_line && args.selection.has(&message.summary());
        message.as_ref().map_or(true, chosen)
    };
    Ok(export.messages()?.filter(is_chosen))
}

/// Returns whether to send a message. Malformed messages are sent only with `--malformed`.
fn is_sent(message: &StoredMessage, args: &ReplayArgs) -> bool {
    args.malformed || message.malformed().is_none()
}

/// The progress of sending.
#[derive(Default)]
struct Sent {
    messages: usize,
    /// If sending ended early, the first line whose message is not known to be in the queue.
    next_line: Option<u64>,
    /// Why sending ended early.
    problem: Option<anyhow::Error>,
}

async fn send(export: &Export, args: &ReplayArgs, mut target: Target, count: usize, sent: &mut Sent) -> anyhow::Result<()> {
    let (mut pace, mut stop, progress) = (Pace::new(args.rate), Stop::listen(), Progress::of(count));
    let mut messages = chosen(export, args)?.filter(|message| message.as_ref().map_or(true, |(_, message)| is_sent(message, args)));
    loop {
        let batch: Vec<(u64, StoredMessage)> = messages.by_ref().take(pace.burst()).collect::<anyhow::Result<_>>()?;
        let Some((first_line, _)) = batch.first() else { break };
        pace.wait(&mut stop).await;
        if stop.is_told() {
            sent.next_line = Some(*first_line);
            break;
        }
        let (done, problem) = match target.send(&batch).await {
            Ok(()) => (batch.len(), None),
            Err(Incomplete { sent, cause }) => (sent, Some(cause)),
        };
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
        bail!("the export file changed during the replay; check the queue for duplicates");
    }
    Ok(())
}

fn report(
    args: &ReplayArgs,
    location: &QueueLocation,
    [count, left_out]: [usize; 2],
    tally: &Tally,
    sent: &Sent,
) -> Result<(), Unwritable> {
    let problem = sent.problem.as_ref().map(|problem| format!("{problem:#}"));
    if args.json {
        let summary = json!({
            "file": args.file.display().to_string(), "to": location.to_string(), "executed": args.execute, "chosen": count, "left_out": left_out,
            "sent": sent.messages, "from_line": sent.next_line, "problem": problem, "messages": tally.json(),
        });
        return output::print(format_args!("{summary}"));
    }
    output::print(format_args!("{} -> {location}", args.file.display()))?;
    tally.lines().iter().try_for_each(|line| output::print(format_args!("{line}")))?;
    if !args.execute {
        return output::print(format_args!("nothing was sent; add --execute to send {count}"));
    }
    let style = if sent.next_line.is_none() { GOOD } else { BAD };
    output::print(format_args!("{style}sent {} of {count}{style:#}", sent.messages))?;
    if let Some(line) = sent.next_line {
        let problem = problem.as_deref().unwrap_or("interrupted");
        output::print(format_args!("{problem}; continue with --from-line {line}"))?;
    }
    Ok(())
}
