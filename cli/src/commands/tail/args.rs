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

A line is the event's time, provider, kind, id and conversation, and for a quarantined one the reason. What people wrote is \
shown with --text alone. An event that is in the queue twice is shown once.

The embedded queue is only read. SQS cannot be: each message is received, held until no other one comes (a second or two where \
few wait), and then given back. Meanwhile no consumer gets it, and on a FIFO queue nothing of its group. Its receive count \
rises by one each time, every 7 seconds or so while this follows; where that passes the maxReceiveCount of a RedrivePolicy, SQS \
moves the message to the dead-letter queue. So a queue with a RedrivePolicy is refused without --force. Of a FIFO group that \
has more than ten messages the first ten are seen. A consumer that is quick may take a message before it is seen here.

It also ends where nobody reads its output any more, as in `chathooks tail | head -1`, and gives back what it holds.

An export has a message a line, with all that `chathooks replay` needs to send it again: that is, with what people wrote. \
Only this user can read the file. Where the command fails, it leaves none.

Exit codes: 0 it ended by --once or Ctrl-C; 2 a wrong command line, or the queue cannot be read.";

/// Arguments of `tail`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) location: LocationArgs,

    /// Go on and show what arrives, as it does by default
    #[arg(long, conflicts_with = "once")]
    pub(crate) follow: bool,

    /// Show what is in the queue now, and end
    #[arg(long)]
    pub(crate) once: bool,

    /// Show also what people wrote
    #[arg(long)]
    pub(crate) text: bool,

    /// Write a JSON object a line
    #[arg(long)]
    pub(crate) json: bool,

    /// Write each message to this new file, for `chathooks replay`
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,

    /// Read also an SQS queue with a RedrivePolicy: a message may become a dead letter by it
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,
}
