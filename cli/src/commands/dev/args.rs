//! The command line of `chathooks dev`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::fail::FailureMode;
use crate::commands::serve::PortArgs;
use crate::delivery::Timing;
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

A setting comes from the environment, or else from --env-file, or else it is a demo secret of events/demo.env. With --queue-url or \
QUEUE_URL, events go to that SQS queue, which must be reachable at startup. Credentials and the region are found as the AWS CLI finds \
them, including AWS_PROFILE and single sign-on.

The inspector is a page at the address printed last. The token in the address keeps out other users of this machine and other \
pages. The inspector shows every delivery with its content, state and conversation, and can send it again. It keeps the last 20,000 \
deliveries, up to 256 MB and with bodies up to 1 MB, in the file of --queue-file (with SQS, in inspector.sqlite3 in the same \
folder), which only you can read. \"Clear\" on the page deletes them. If the file is deleted or replaced while the program runs, \
webhooks get 503.

As with the deployed functions, 200 means that the event is in the queue. Ctrl-C stops the program.

With --forward-to or DELIVERY_URL, each event is posted there as by the deployed worker: signed according to Standard Webhooks with \
DELIVERY_SECRET, or else with the demo secret {DEMO_DELIVERY_SECRET}. Only 2xx is success. A failed event is attempted 5 times \
within about 15 seconds, in the order of its conversation, and then becomes a dead letter: see `chathooks queue`. The schedule is the \
deployed worker's, ten times faster: there the pauses are 10 s, 20 s, 40 s and so on up to 15 minutes, for three days; here they are \
1, 2, 4 and 8 seconds. In both places they vary by up to a fifth, and are longer if the receiver asks for it with `Retry-After`. \
A 4xx with the header `chathooks-refuse: true` makes the event a dead letter immediately. The inspector shows the receiver's responses \
to the last 5,000 attempts, up to 4 kB of each. Without a URL, events stay in the queue, and a later start with --forward-to delivers \
them. --fail receiver=500 starts a receiver that fails, and delivers to it instead of yours.

Exit codes: 0 it was stopped; 2 it could not start, with the reason."
    )
}

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub(crate) struct DevArgs {
    #[command(flatten)]
    pub(crate) port: PortArgs,

    /// The file for events and for what the inspector shows; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Deliver each event to this URL instead of DELIVERY_URL; the scheme may be left out, as in localhost:3000
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,

    /// Send events to this SQS queue instead of QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(crate) queue_url: Option<QueueUrl>,

    /// Make SQS fail, to see what a provider would see: sqs=hang, 500, throttle, refuse or slow; or make the receiver fail, to
    /// see what happens to events: receiver=500 (or another status), hang or refuse. Can be given once for each
    #[arg(long, value_name = "sqs=FAULT|receiver=FAULT")]
    pub(crate) fail: Vec<FailureMode>,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// The pause before the second attempt
    #[arg(long, hide = true, default_value_t = 1_000)]
    pub(crate) first_retry_ms: u64,

    /// The visibility timeout. An attempt can take two thirds of it: 10 s, as in Lambda
    #[arg(long, hide = true, default_value_t = 15_000)]
    pub(crate) visibility_ms: u64,
}

impl DevArgs {
    /// Returns the durations of retries.
    pub(super) fn timing(&self) -> Timing {
        let [first_retry, visibility] = [self.first_retry_ms, self.visibility_ms].map(Duration::from_millis);
        Timing { first_retry, visibility }
    }
}
