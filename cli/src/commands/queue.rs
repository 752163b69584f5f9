//! `chathooks queue`: what stands in the embedded queue, and what nobody will deliver.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::json;
use shared::timestamp::Timestamp;

use crate::queue::DEFAULT_FILE;
use crate::queue::sqlite::listing::{self, Listing};
use crate::terminal::output::{self, BAD, BOLD, GOOD};

const EXAMPLES: &str = "\
Examples:
  chathooks queue
  chathooks queue --json

It shows how many events are ready, in flight or waiting for a retry, done, quarantined (verified and malformed: never \
delivered) and dead (given up after 5 tries), and a line for each of the last two kinds. It can be used while `chathooks dev` runs.

Exit codes: 0 the queue was read, whatever is in it; 2 it was not.";

/// Arguments of `queue`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct QueueArgs {
    /// The file that holds the events
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Write one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Shows the queue.
///
/// # Errors
/// There is none, or it cannot be read.
pub(crate) fn run(args: &QueueArgs) -> anyhow::Result<ExitCode> {
    let listing = listing::read(&args.queue_file)?;
    let now = Timestamp::now().millis();
    if args.json {
        let text = serde_json::to_string_pretty(&as_json(&listing, now)).context("cannot write JSON")?;
        output::line(format_args!("{text}"));
    } else {
        output::line(format_args!("{}", lines(&listing, now).join("\n")));
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(listing: &Listing, now: i64) -> Vec<String> {
    let counts = &listing.counts;
    let style = if counts.dead + counts.quarantined == 0 { GOOD } else { BAD };
    let total = format!(
        "{} ready, {} in flight or waiting, {} done, {style}{} quarantined, {} dead{style:#}",
        counts.ready, counts.waiting, counts.done, counts.quarantined, counts.dead
    );
    let stuck = listing.stuck.iter().map(|stuck| {
        let receives = if stuck.receives == 1 { "received once".to_owned() } else { format!("received {} times", stuck.receives) };
        format!(
            "{:<11}  {BOLD}{}{BOLD:#}  {} {}  {receives}  {} old  {}",
            stuck.state,
            stuck.event_id,
            stuck.provider,
            stuck.kind,
            spoken(seconds(stuck.sent_at, now)),
            output::printable(&stuck.reason)
        )
    });
    std::iter::once(total).chain(stuck).collect()
}

fn as_json(listing: &Listing, now: i64) -> serde_json::Value {
    let counts = &listing.counts;
    let stuck = listing.stuck.iter().map(|stuck| {
        json!({
            "state": stuck.state,
            "event_id": stuck.event_id,
            "provider": stuck.provider,
            "kind": stuck.kind,
            "receive_count": stuck.receives,
            "sent_at": Timestamp::from_millis(stuck.sent_at).map(|moment| moment.to_string()),
            "age_s": seconds(stuck.sent_at, now),
            "reason": stuck.reason,
        })
    });
    json!({
        "counts": {
            "ready": counts.ready,
            "waiting": counts.waiting,
            "done": counts.done,
            "quarantined": counts.quarantined,
            "dead": counts.dead,
        },
        "stuck": stuck.collect::<Vec<_>>(),
    })
}

fn seconds(since: i64, now: i64) -> i64 {
    now.saturating_sub(since).max(0) / 1_000
}

/// An age, in the largest unit that it has one of.
fn spoken(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::sqlite::listing::{Counts, StuckMessage};

    const NOW: i64 = 1_800_000_000_000;

    fn listing() -> Listing {
        let stuck = |state, receives, age_s: i64, reason: &str| StuckMessage {
            state,
            event_id: "kommo-1".to_owned(),
            provider: "kommo".to_owned(),
            kind: "message".to_owned(),
            receives,
            sent_at: NOW - age_s * 1_000,
            reason: reason.to_owned(),
        };
        let stuck = vec![stuck("dead", 5, 185, "the receiver answered 500"), stuck("quarantined", 0, 7_300, "not_json\u{1b}")];
        Listing { counts: Counts { ready: 1, waiting: 2, done: 3, quarantined: 1, dead: 1 }, stuck }
    }

    #[test]
    fn a_line_says_what_is_stuck_and_why() {
        let lines: Vec<_> = lines(&listing(), NOW).iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(
            lines,
            [
                "1 ready, 2 in flight or waiting, 3 done, 1 quarantined, 1 dead",
                "dead         kommo-1  kommo message  received 5 times  3 min old  the receiver answered 500",
                "quarantined  kommo-1  kommo message  received 0 times  2 h old  not_json\u{fffd}"
            ]
        );
    }

    #[test]
    fn json_has_the_same() {
        let json = as_json(&listing(), NOW);
        assert_eq!(json["counts"], json!({"ready": 1, "waiting": 2, "done": 3, "quarantined": 1, "dead": 1}));
        let dead = json!({"state": "dead", "event_id": "kommo-1", "provider": "kommo", "kind": "message", "receive_count": 5,
                          "sent_at": "2027-01-15T07:56:55Z", "age_s": 185, "reason": "the receiver answered 500"});
        assert_eq!(json["stuck"][0], dead);
    }
}
