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

The target is --to-url, or else QUEUE_URL. --from dead-letter reads the queue that the target's RedrivePolicy names, --from \
quarantine reads QUARANTINE_QUEUE_URL, and --from fallback reads FALLBACK_QUEUE_URL. Settings come from the environment, then \
from --env-file. Without a target, the command works on the embedded queue of `chathooks dev`: its dead events become ready \
again, in their original order.

Without --execute, the command counts. It receives each message, holds all of them until no more arrive, and returns them to \
the queue. Receive counts rise by one. A source that has a RedrivePolicy itself is refused without --force, because counting \
could move its messages to a dead-letter queue. In a FIFO group with more than ten messages, only the first ten are counted.

With --execute, each message is sent to the target before it is deleted from the source. If the command is killed, no message \
is lost: the messages that it held become visible again after 30 seconds, and the next run waits for them. A message can then \
be in the target twice, with the same id. Message group, deduplication id, attributes and trace are kept, with two exceptions: \
between a standard and a FIFO queue the group is set anew, and the attributes that the worker added to a dead-letter message \
are removed. On FIFO queues, a message is sent after the one before it in its group; if one fails, the rest of its group is not \
sent. Messages that are not moved return to the source, at the end and after Ctrl-C.

A dead-letter message that is not an event stays in the source. So does one that was quarantined before (without a quarantine \
queue, such messages are in the main queue). --malformed moves both. Quarantined messages are parsed again with the current \
code. A signature over the body is verified again with the secret in force; a token was verified on receipt and is not stored, \
so it cannot be verified again. A message that now parses goes to the target with the id that a new delivery would have. The \
rest stay in the source, with the reason.

Exit codes: 0 all selected messages were moved (or counted, without --execute); 1 some were not; 2 the command line is invalid, or there is no access.";

/// Which queue the messages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceQueue {
    /// Messages that were given up after too many attempts
    DeadLetter,
    /// Verified requests whose bodies are malformed
    Quarantine,
    /// Messages that the main queue did not accept in time
    Fallback,
}

/// Arguments of `redrive`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("source").args(["from", "from_url"]).required(true).multiple(true))]
pub(crate) struct RedriveArgs {
    /// The queue to move messages from
    #[arg(long, value_enum)]
    pub(crate) from: Option<SourceQueue>,

    /// The URL of the source queue; messages with a `reason` are treated as quarantined and parsed again, unless --from names
    /// their kind
    #[arg(long, value_name = "URL")]
    pub(crate) from_url: Option<QueueUrl>,

    /// The URL of the target queue, instead of QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(crate) to_url: Option<QueueUrl>,

    /// The file of the embedded queue, instead of SQS
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from_url", "to_url"])]
    pub(crate) queue_file: Option<PathBuf>,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// Move the messages; without this flag, they are only counted
    #[arg(long)]
    pub(crate) execute: bool,

    /// The maximum number of messages per second or minute, like 20/s or 90/m
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,

    /// Also move malformed dead-letter messages: those that are not events, or were quarantined before
    #[arg(long)]
    pub(crate) malformed: bool,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// Count even if the source has a RedrivePolicy, which can move messages to its dead-letter queue
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Only messages that were quarantined or given up for this reason, such as `not_json` or `refused`; in the embedded
    /// queue also the reason of the last failure, such as `dns` or `status_5xx`
    #[arg(long, value_name = "REASON", help_heading = "Which messages")]
    pub(crate) reason: Option<String>,

    /// Only messages sent at least this long ago, like 90s, 15m, 2h or 7d
    #[arg(long, value_name = "AGE", help_heading = "Which messages")]
    pub(crate) older_than: Option<Age>,

    /// Only messages sent less than this long ago
    #[arg(long, value_name = "AGE", help_heading = "Which messages")]
    pub(crate) newer_than: Option<Age>,

    /// How many seconds a received message stays invisible to other consumers
    #[arg(long, hide = true, value_parser = |text: &str| text.parse().map(Duration::from_secs), default_value = "30")]
    pub(crate) visibility_s: Duration,
}
