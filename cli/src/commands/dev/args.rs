//! The command line of `chathooks dev`.

use std::path::PathBuf;

use clap::Args;

use super::fail::Failing;
use crate::queue::DEFAULT_FILE;
use crate::queue::sqs::QueueUrl;
use crate::request::TrustArgs;
use crate::settings::DEMO_DELIVERY_SECRET;

fn examples() -> String {
    format!(
        "\
Examples:
  chathooks dev
  chathooks dev --forward-to localhost:3000/events
  chathooks dev --port 9000 --env-file my-secrets.env
  chathooks dev --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/events
  chathooks dev --fail sqs=hang
  chathooks dev --fail receiver=500

Settings come from the environment, else from --env-file, else they are the demo secrets of events/demo.env. \
With --queue-url or QUEUE_URL, events go to that SQS queue, which is looked at first; credentials and region are found as the AWS \
CLI finds them, AWS_PROFILE and single sign-on included.

The inspector is a page at the address that is printed last: the token in it keeps other users of this machine and other pages \
out. It shows every delivery with its content, what has become of it, and its conversation, and repeats it. It remembers the last 20,000 deliveries, 256 MB at most, bodies up to 1 MB, in the file of --queue-file (with SQS: \
in inspector.sqlite3 beside it), which this user alone can read. \"Clear\" on the page forgets them. \
If that file is deleted or replaced meanwhile, webhooks are answered 503.

200 means that the event is in the queue, as it does for the deployed functions. Ctrl-C stops it.

With --forward-to, or DELIVERY_URL, each event is posted there as by the deployed worker: signed by Standard Webhooks with \
DELIVERY_SECRET, else with the demo secret {DEMO_DELIVERY_SECRET}. Only 2xx is success; what fails is tried 5 times within about \
15 seconds, each conversation in its order, and then becomes a dead letter: see `chathooks queue`. That is the deployed worker's \
schedule, ten times faster: there the pauses are 10 s, 20 s, 40 s and so on up to 15 minutes, for three days; here they are 1, 2, \
4 and 8 seconds, in both places up to a fifth more or less by chance, and longer where the receiver asks for that by \
`Retry-After`. A 4xx with the header `chathooks-refuse: true` makes a dead letter at once. The inspector shows what the \
receiver answered: the first 4 kB of it, for the last 5,000 attempts. Without a URL events stay in the queue, \
and a later start with --forward-to delivers them. With --fail receiver=500 a receiver of this program's own, which fails, takes the \
place of yours.

Exit codes: 0 it was stopped; 2 it could not start, and says why."
    )
}

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub(crate) struct DevArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,

    /// The file that holds the events and what the inspector shows; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Deliver each event to this URL, in place of DELIVERY_URL; the scheme may be left out, as in localhost:3000
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,

    /// Put events into this SQS queue, in place of QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(crate) queue_url: Option<QueueUrl>,

    /// Make SQS fail, to see what a provider would see: sqs=hang, 500, throttle, refuse or slow; or the receiver, to see what
    /// becomes of events: receiver=500 (or another status), hang or refuse. May be given once for each
    #[arg(long, value_name = "sqs=FAULT|receiver=FAULT")]
    pub(crate) fail: Vec<Failing>,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// The wait before the second try of a delivery
    #[arg(long, hide = true, default_value_t = 1_000)]
    pub(crate) first_retry_ms: u64,

    /// When a message comes again whose delivery nobody ended; a delivery may take two thirds of it: 10 s, as in Lambda
    #[arg(long, hide = true, default_value_t = 15_000)]
    pub(crate) visibility_ms: u64,
}
