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

Events keep their ids, groups and deduplication ids. They are sent in the order of the file, and one at a time within a group. \
A consumer that drops duplicates by id handles no event twice. A FIFO queue drops events that it accepted within the last five \
minutes.

Quarantined messages are skipped without --malformed. The whole file is checked before anything is sent, and nothing is sent \
without --execute. Ctrl-C stops the command after the current batch; the command then prints the line to continue from.

Exit codes: 0 all selected messages were sent (or counted, without --execute); 1 the command stopped early; 2 the command line or a line of the file is invalid, or there is no access.";

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// An export of `chathooks tail --export`, with one message per line, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Send the messages; without this flag, they are only counted
    #[arg(long)]
    pub(crate) execute: bool,

    /// Start at this line; the first line is 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) from_line: u64,

    /// The maximum number of messages per second or minute, like 20/s or 90/m
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,

    /// Also send quarantined messages, which were verified but are malformed
    #[arg(long)]
    pub(crate) malformed: bool,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) location: LocationArgs,

    #[command(flatten)]
    pub(crate) selection: Selection,
}
