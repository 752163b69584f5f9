//! The command line of `chathooks listen`.

use std::num::ParseIntError;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::commands::serve::PortArgs;
use crate::queue::sqs::QueueUrl;
use crate::request::TrustArgs;

/// The file of the inspector's history.
const DEFAULT_FILE: &str = ".chathooks/listen.sqlite3";

const EXAMPLES: &str = "\
Examples:
  chathooks listen --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/dev-events --forward-to localhost:3000/events
  chathooks listen --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/dev-events --forward-to :3000 --env-file dev.env

The command replaces the deployed worker: it delivers the real, verified events of a stack to a receiver on your own machine, signed \
according to Standard Webhooks with DELIVERY_SECRET, or else with the demo secret. Other consumers do not get the events that it \
receives, so use a queue that only you consume, such as that of a development stack without a worker (no DeliveryUrl).

An event is deleted only after the receiver has answered 2xx. Failed events stay in the queue and are retried on the deployed \
worker's schedule, ten times faster: after about 1 s, 2 s, 4 s and so on up to 90 s, or later if the receiver requests it with \
`Retry-After`. The events of a FIFO queue keep their order within a conversation. Each attempt counts toward the maxReceiveCount of \
the queue's RedrivePolicy, if it has one. Ctrl-C returns unfinished events to the queue. If the program is killed, they become \
visible again after 30 seconds.

The inspector is a web page at the address that is printed last, as with `chathooks dev`. It shows each event with its content, state \
and conversation, and the response to each attempt. \"Send again\" resends an event to the receiver, and changes nothing in the \
queue. The inspector keeps the last 20,000 events, up to 256 MB in total, in the history file, which only you can read, and which only \
one process at a time can use. \"Clear\" deletes them from that file.

Exit codes: 0 Ctrl-C or --once ended the command; 2 the command line or a setting is invalid, or the queue or the port cannot be used.";

/// Arguments of `listen`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListenArgs {
    /// The URL of the SQS queue to receive events from; QUEUE_URL is ignored, so that no other queue is emptied by mistake
    #[arg(long, value_name = "URL")]
    pub(crate) queue_url: QueueUrl,

    /// The URL to deliver events to; the scheme is optional, as in localhost:3000
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: String,

    #[command(flatten)]
    pub(crate) port: PortArgs,

    /// The file for the inspector's history; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) history_file: PathBuf,

    /// Exit when the queue has no more events to receive
    #[arg(long)]
    pub(crate) once: bool,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// The visibility timeout in seconds
    #[arg(long, hide = true, value_parser = whole_seconds, default_value = "30")]
    pub(crate) visibility_s: Duration,
}

fn whole_seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse().map(Duration::from_secs)
}
