//! The command line of `chathooks redrive`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};

use super::age::Age;
use crate::queue::sqs::QueueUrl;
use crate::queue::{Rate, Selection};

const EXAMPLES: &str = "\
Examples:
  chathooks redrive --from dead-letter
  chathooks redrive --from dead-letter --provider kommo --older-than 1h --rate 20/s --execute
  chathooks redrive --from quarantine --env-file production.env --execute
  chathooks redrive --from-url https://sqs.eu-west-1.amazonaws.com/123456789012/old --to-url https://sqs.eu-west-1.amazonaws.com/123456789012/events

The target is --to-url, else QUEUE_URL. The sources are the dead-letter queue that the target's RedrivePolicy names, \
QUARANTINE_QUEUE_URL, and FALLBACK_QUEUE_URL; settings come from the environment, else from --env-file. Without a target it is \
about the embedded queue of `chathooks dev`, whose dead letters become ready again, in their old place.

Without --execute it counts: it receives each message, holds all of them until no other one comes, and gives them back. \
Receive counts rise by one. A source with a RedrivePolicy of its own is refused without --force: by that a message could move. \
Of a FIFO group that has more than ten messages the first ten are seen.

With --execute a message is sent, and only then deleted. Killed at any moment it loses none; what it had in hand comes again \
after 30 seconds, and the next run waits for that. A message may then be in the target twice, with the same id. Group, \
deduplication id, attributes and trace are kept; between a standard and a FIFO queue the group is made anew, and what the worker \
noted on a dead letter is removed. On FIFO queues a message goes when the one before it in its group is in; one \
that fails stops its group. Messages that are not chosen are given back, and so are all at the end and after Ctrl-C.

A dead letter that is not an event stays, and so does one that was quarantined before (where no quarantine queue is set, such \
messages are in the main queue); --malformed moves them, too. What was quarantined is parsed again by today's code. A signature over the body is checked again with the secret in force. A \
token was checked when the message came and is not kept: it cannot be proven again. What is an event \
now goes to the target with the id that a fresh delivery would have; the rest stays, with its reason.

Exit codes: 0 all chosen messages were moved (or counted, without --execute); 1 some were not; 2 a wrong command line or no access.";

/// Which queue the messages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceQueue {
    /// What was given up after too many tries
    DeadLetter,
    /// Verified bodies that were no events
    Quarantine,
    /// What the main queue did not take in time
    Fallback,
}

/// Arguments of `redrive`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("source").args(["from", "from_url"]).required(true).multiple(true))]
pub(crate) struct RedriveArgs {
    /// The queue that messages are taken from
    #[arg(long, value_enum)]
    pub(crate) from: Option<SourceQueue>,

    /// The same by its URL; quarantined messages, which have a `reason`, are parsed again, unless --from says what they are
    #[arg(long, value_name = "URL")]
    pub(crate) from_url: Option<QueueUrl>,

    /// The queue that they go to, in place of QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(crate) to_url: Option<QueueUrl>,

    /// The file of the embedded queue, in place of SQS
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from_url", "to_url"])]
    pub(crate) queue_file: Option<PathBuf>,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// Do it; without this it is only said what would be done
    #[arg(long)]
    pub(crate) execute: bool,

    /// At most so many messages a second, or a minute: 20/s, 90/m
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,

    /// Also move malformed messages: those that are not events, or were quarantined before they became dead letters
    #[arg(long)]
    pub(crate) malformed: bool,

    /// Write one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// Count also in a source with a RedrivePolicy: a message may become a dead letter by it
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Only messages with this reason for being quarantined or dead, such as `not_json` or `refused`; in the embedded queue
    /// also the reason of the last failure, such as `dns` or `status_5xx`
    #[arg(long, value_name = "REASON", help_heading = "Which messages")]
    pub(crate) reason: Option<String>,

    /// Only those sent at least so long ago: 90s, 15m, 2h, 7d
    #[arg(long, value_name = "AGE", help_heading = "Which messages")]
    pub(crate) older_than: Option<Age>,

    /// Only those sent since then
    #[arg(long, value_name = "AGE", help_heading = "Which messages")]
    pub(crate) newer_than: Option<Age>,

    /// For how long a message in hand is invisible to others
    #[arg(long, hide = true, value_parser = |text: &str| text.parse().map(Duration::from_secs), default_value = "30")]
    pub(crate) visibility_s: Duration,
}
