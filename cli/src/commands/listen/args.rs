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

It takes the place of the deployed worker: it delivers the real, verified events of a stack to a handler on your own machine, signed \
according to Standard Webhooks with DELIVERY_SECRET, or else with the demo secret. Other consumers do not get the events that it \
receives, so use a queue that only you consume: that of a development stack without a worker (no DeliveryUrl).

An event is deleted only when the handler has answered 2xx. Failed events stay in the queue and are retried on the deployed worker's \
schedule, ten times faster: after about 1 s, 2 s, 4 s and so on, at most 90 s, or later if the receiver asks for it. The events \
of a FIFO queue keep their order within a conversation. Each receipt counts toward the queue's RedrivePolicy, if it has one. Ctrl-C \
returns unfinished events to the queue. If the program is killed, they become visible again after 30 seconds.

The inspector is at the address printed last, as with `chathooks dev`. It shows each event with its content, state and conversation, \
and the response to each attempt. \"Send again\" sends an event to the handler once more, and changes nothing in the queue. The \
inspector keeps the last 20,000 events, up to 256 MB, in the file of --history-file, which only you can read. Only one process at a \
time can use it. \"Clear\" deletes the events from that file.

Exit codes: 0 it was stopped, or ended by --once; 2 a wrong command line or setting, or the queue or the port cannot be used.";

/// Arguments of `listen`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListenArgs {
    /// The SQS queue to receive events from; QUEUE_URL is ignored, so that no other queue is emptied by mistake
    #[arg(long, value_name = "URL")]
    pub(crate) queue_url: QueueUrl,

    /// Where to deliver them; the scheme may be left out, as in localhost:3000
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: String,

    #[command(flatten)]
    pub(crate) port: PortArgs,

    /// The file for what the inspector shows; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) history_file: PathBuf,

    /// End when the queue has nothing more to receive
    #[arg(long)]
    pub(crate) once: bool,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// The visibility timeout in seconds
    #[arg(long, hide = true, value_parser = whole_seconds, default_value = "30")]
    pub(crate) visibility_s: Duration,
}

fn whole_seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse().map(Duration::from_secs)
}
