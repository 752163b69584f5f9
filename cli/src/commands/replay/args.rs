//! The command line of `chathooks replay`.

use std::path::PathBuf;

use clap::Args;

use crate::queue::{LocationArgs, Rate, Selection};

const EXAMPLES: &str = "\
Examples:
  chathooks replay events.jsonl
  chathooks replay events.jsonl --provider kommo --execute
  chathooks replay events.jsonl --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/events --rate 20/s --execute
  chathooks replay events.jsonl --from-line 4001 --execute
  zcat events.jsonl.gz | chathooks replay - --execute

Events keep their ids, groups and deduplication ids, and go in the order of the file, one after the other within a group. \
A consumer that drops duplicates by id handles none twice. A FIFO queue takes none that it got within the last five minutes.

What was quarantined is left out without --malformed. The whole file is checked before anything is sent. Without --execute nothing is. Ctrl-C ends it after the batch that is under \
way; it then says from which line to go on.

Exit codes: 0 all were sent (or counted, without --execute); 1 it ended before; 2 a wrong command line or line, or no access.";

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// An export of `chathooks tail --export`, with one message per line; `-` is the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Do it; without this it is only said what would be done
    #[arg(long)]
    pub(crate) execute: bool,

    /// Begin with this line; the first one is 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) from_line: u64,

    /// At most so many messages a second, or a minute: 20/s, 90/m
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,

    /// Also send quarantined webhooks: verified, but malformed
    #[arg(long)]
    pub(crate) malformed: bool,

    /// Write one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) location: LocationArgs,

    #[command(flatten)]
    pub(crate) selection: Selection,
}
