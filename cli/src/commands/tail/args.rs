//! The command line of `chathooks tail`.

use std::path::PathBuf;

use clap::Args;

use crate::queue::{LocationArgs, Selection};

const EXAMPLES: &str = "\
Examples:
  chathooks tail
  chathooks tail --provider kommo --kind message --text
  chathooks tail --once --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters
  chathooks tail --once --json --export events.jsonl

Each line shows an event's time, provider, kind, id and conversation, and the reason if it was quarantined. What people wrote is \
shown only with --text. An event that is in the queue twice is shown once.

The embedded queue is read without changing it. SQS offers no such read: each message is received, held until no more arrive (a \
second or two if few are waiting), and returned to the queue. While a message is held, no consumer can receive it, nor any other \
message of its group on a FIFO queue. Each pass raises the receive count by one, about every 7 seconds while the command follows \
the queue. When the count exceeds the maxReceiveCount of a RedrivePolicy, SQS moves the message to the dead-letter queue. A queue \
with a RedrivePolicy is therefore refused without --force. In a FIFO group with more than ten messages, only the first ten are \
shown. A fast consumer can take a message before it is shown here.

The command also ends when the reader of its output exits, as in `chathooks tail | head -1`, and returns the messages that it \
holds.

An export file has one message per line, with everything that `chathooks replay` needs, including what people wrote. Only the \
current user can read the file. If the command fails, it leaves no file.

Exit codes: 0 --once or Ctrl-C ended the command; 2 the command line is invalid, or the queue cannot be read.";

/// Arguments of `tail`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) location: LocationArgs,

    /// Keep running and show new messages (the default)
    #[arg(long, conflicts_with = "once")]
    pub(crate) follow: bool,

    /// Show what is in the queue now, then exit
    #[arg(long)]
    pub(crate) once: bool,

    /// Also show what people wrote
    #[arg(long)]
    pub(crate) text: bool,

    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,

    /// Also write each message to this new file, for `chathooks replay`
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,

    /// Read the SQS queue even if it has a RedrivePolicy, which can move messages to its dead-letter queue
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,
}
