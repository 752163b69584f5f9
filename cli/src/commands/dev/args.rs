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

Settings come from the environment, then from --env-file. A secret that is set in neither is the demo secret in events/demo.env. \
With --queue-url or QUEUE_URL, events go to that SQS queue, which must be reachable at startup. Credentials and the region are found \
as the AWS CLI finds them, including AWS_PROFILE and single sign-on.

As with the deployed functions, a 200 means that the event is in the queue. Ctrl-C stops the program.

The inspector is a web page at the address that is printed last. The token in the address keeps out other users of this machine and \
other web pages. The inspector shows each delivery with its content, state and conversation, and can replay it. It keeps the last \
20,000 deliveries, up to 256 MB in total, with bodies of up to 1 MB. They are in the queue file, or with SQS in inspector.sqlite3 \
in the same folder. Only you can read the file. \"Clear\" in the inspector deletes them. If the queue file is deleted or replaced \
while the program runs, webhooks get 503.

With --forward-to or DELIVERY_URL, each event is posted to that URL as the deployed worker would do it: signed according to Standard \
Webhooks with DELIVERY_SECRET, or else with the demo secret {DEMO_DELIVERY_SECRET}. Only a 2xx response is a success. After 5 failed \
attempts within about 15 seconds, an event is dead-lettered: see `chathooks queue`. Until then, later events of its conversation \
wait. The schedule is the deployed worker's, ten times faster: 1, 2, 4 and 8 seconds, instead of 10 s, 20 s, 40 s and so on up to 15 \
minutes, for three days. All pauses vary by up to a fifth, and the receiver can request longer ones with `Retry-After`. A 4xx \
response with the header `chathooks-refuse: true` dead-letters the event immediately. The inspector shows the receiver's responses to \
the last 5,000 attempts, up to 4 kB of each body. Without a URL, events stay in the queue until you start the program with \
--forward-to. --fail receiver=500 starts a receiver that fails, and delivers to it instead of to yours.

Exit codes: 0 Ctrl-C stopped the program; 2 it could not start."
    )
}

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub(crate) struct DevArgs {
    #[command(flatten)]
    pub(crate) port: PortArgs,

    /// The file for the queue and the inspector's history; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Deliver each event to this URL instead of DELIVERY_URL; the scheme is optional, as in localhost:3000
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,

    /// Send events to this SQS queue instead of QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(crate) queue_url: Option<QueueUrl>,

    /// Make SQS fail, to see what a provider would see: sqs=hang, 500, throttle, refuse or slow. Or make the receiver fail, to
    /// see what happens to events: receiver=500 (or another status), hang or refuse. Can be passed once for each
    #[arg(long, value_name = "sqs=FAULT|receiver=FAULT")]
    pub(crate) fail: Vec<FailureMode>,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, one NAME=value per line
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
