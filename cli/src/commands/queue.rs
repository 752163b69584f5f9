//! `chathooks queue`: shows what is in the embedded queue, and what will not be delivered.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::json;
use shared::timestamp::Timestamp;

use crate::queue::DEFAULT_FILE;
use crate::queue::sqlite::listing::{self, ListedMessage, Listing};
use crate::terminal::output::{self, BAD, BOLD, GOOD};
use crate::terminal::rounded;

const EXAMPLES: &str = "\
Examples:
  chathooks queue
  chathooks queue --json

The first line counts the events by state: ready; in flight or waiting for a retry; done; quarantined (verified but malformed, \
never delivered); dead (permanently refused by the receiver, or failed 5 times). One line follows for each event that waits for \
a retry, with the time of the next attempt and why the last one failed, and for each event that is quarantined or dead. You can \
run this command while `chathooks dev` runs.

Exit codes: 0 the queue was read, whatever is in it; 2 the queue cannot be read.";

/// Arguments of `queue`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct QueueArgs {
    /// The queue file
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Shows the queue.
///
/// # Errors
/// Returns an error if there is no such file, or if it cannot be read.
pub(crate) fn run(args: &QueueArgs) -> anyhow::Result<ExitCode> {
    let listing = listing::read(&args.queue_file)?;
    let now = Timestamp::now().millis();
    if args.json {
        let text = serde_json::to_string_pretty(&as_json(&listing, now)).context("cannot write JSON")?;
        output::print(format_args!("{text}"))?;
    } else {
        output::print(format_args!("{}", lines(&listing, now).join("\n")))?;
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
    std::iter::once(total).chain(listing.waiting.iter().chain(&listing.stuck).map(|message| line(message, now))).collect()
}

fn line(message: &ListedMessage, now: i64) -> String {
    let ListedMessage { state, receives, .. } = message;
    let [event_id, provider, kind] = [&message.event_id, &message.provider, &message.kind].map(|text| output::one_line(text, 300));
    let receives = if *receives == 1 { "received once".to_owned() } else { format!("received {receives} times") };
    let next = message.next_attempt_at.map(|at| format!("  next attempt {}", next(at, now))).unwrap_or_default();
    let cause = message.cause.as_ref().map(|cause| format!("{cause}: ")).unwrap_or_default();
    format!(
        "{state:<11}  {BOLD}{event_id}{BOLD:#}  {provider} {kind}  {receives}  {} old{next}  {cause}{}",
        rounded(since(message.sent_at, now)),
        output::one_line(&message.reason, 500)
    )
}

/// Formats the time of the next attempt and the time left until then. An attempt that is due waits for other events of
/// its conversation, or for the worker.
fn next(at: i64, now: i64) -> String {
    let moment = moment(at).unwrap_or_default();
    if at > now { format!("{moment} (in {})", rounded(since(now, at))) } else { format!("{moment} (due)") }
}

/// Formats a time, rounded down to the second.
fn moment(millis: i64) -> Option<String> {
    Timestamp::from_millis(millis / 1_000 * 1_000).map(|moment| moment.to_string())
}

fn as_json(listing: &Listing, now: i64) -> serde_json::Value {
    let counts = &listing.counts;
    let all = |messages: &[ListedMessage]| messages.iter().map(|message| message_json(message, now)).collect::<Vec<_>>();
    json!({
        "counts": {
            "ready": counts.ready,
            "waiting": counts.waiting,
            "done": counts.done,
            "quarantined": counts.quarantined,
            "dead": counts.dead,
        },
        "waiting": all(&listing.waiting),
        "stuck": all(&listing.stuck),
    })
}

fn message_json(message: &ListedMessage, now: i64) -> serde_json::Value {
    let time = |millis: i64| Timestamp::from_millis(millis).map(|moment| moment.to_string());
    json!({
        "state": message.state,
        "event_id": message.event_id,
        "provider": message.provider,
        "kind": message.kind,
        "receive_count": message.receives,
        "sent_at": time(message.sent_at),
        "age_s": since(message.sent_at, now).as_secs(),
        "next_attempt_at": message.next_attempt_at.and_then(time),
        "next_attempt_in_s": message.next_attempt_at.map(|at| (at - now).max(0) / 1_000),
        "cause": message.cause,
        "reason": message.reason,
        "status": message.status,
    })
}

/// Returns the time between two moments in milliseconds since 1970; zero if `later` is not later.
fn since(earlier: i64, later: i64) -> Duration {
    Duration::from_millis(u64::try_from(later.saturating_sub(earlier)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::sqlite::listing::Counts;

    const NOW: i64 = 1_800_000_000_000;

    fn listing() -> Listing {
        let message = |state: &str, receives, age_s: i64, cause: Option<&str>, reason: &str| ListedMessage {
            state: state.to_owned(),
            event_id: "kommo-1".to_owned(),
            provider: "kommo".to_owned(),
            kind: "message".to_owned(),
            receives,
            sent_at: NOW - age_s * 1_000,
            next_attempt_at: None,
            reason: reason.to_owned(),
            cause: cause.map(str::to_owned),
            status: None,
        };
        let waiting = |next| ListedMessage { next_attempt_at: Some(NOW + next), ..message("waiting", 2, 5, Some("dns"), "no such host") };
        let refused = ListedMessage { status: Some(422), ..message("dead", 1, 185, Some("refused"), "the receiver answered 422") };
        Listing {
            counts: Counts { ready: 1, waiting: 2, done: 3, quarantined: 1, dead: 1 },
            waiting: vec![waiting(11_400), waiting(-1_000)],
            stuck: vec![refused, message("quarantined", 0, 7_300, None, "not_json\u{1b}")],
        }
    }

    #[test]
    fn a_line_shows_what_is_not_delivered_and_why() {
        let lines: Vec<_> = lines(&listing(), NOW).iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(
            lines,
            [
                "1 ready, 2 in flight or waiting, 3 done, 1 quarantined, 1 dead",
                "waiting      kommo-1  kommo message  received 2 times  5 s old  next attempt 2027-01-15T08:00:11Z (in 11 s)  dns: no such host",
                "waiting      kommo-1  kommo message  received 2 times  5 s old  next attempt 2027-01-15T07:59:59Z (due)  dns: no such host",
                "dead         kommo-1  kommo message  received once  3 min old  refused: the receiver answered 422",
                "quarantined  kommo-1  kommo message  received 0 times  2 h old  not_json<U+001B>"
            ]
        );
    }

    #[test]
    fn json_has_the_same_content() {
        let json = as_json(&listing(), NOW);
        assert_eq!(json["counts"], json!({"ready": 1, "waiting": 2, "done": 3, "quarantined": 1, "dead": 1}));
        let dead = json!({"state": "dead", "event_id": "kommo-1", "provider": "kommo", "kind": "message", "receive_count": 1,
                          "sent_at": "2027-01-15T07:56:55Z", "age_s": 185, "next_attempt_at": null, "next_attempt_in_s": null,
                          "cause": "refused", "reason": "the receiver answered 422", "status": 422});
        assert_eq!(json["stuck"][0], dead);
        let waiting = &json["waiting"][0];
        assert_eq!((&waiting["next_attempt_at"], &waiting["next_attempt_in_s"]), (&json!("2027-01-15T08:00:11.400Z"), &json!(11)));
    }
}
