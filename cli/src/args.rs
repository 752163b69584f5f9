//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::completions::CompletionsArgs;
use crate::dev::fault::Fault;
use crate::new::NewArgs;
use crate::redrive::RedriveArgs;
use crate::replay::ReplayArgs;
use crate::samples::SamplesArgs;
use crate::send::SendArgs;
use crate::sign::SignArgs;
use crate::sources::DEMO_DELIVERY_SECRET;
use crate::tail::TailArgs;
use crate::verify::VerifyArgs;

/// Verified chat webhooks, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "chathooks", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write what a shell needs to complete this command line
    Completions(CompletionsArgs),
    /// Receive webhooks on 127.0.0.1, put their events into a queue, and deliver them
    Dev(DevArgs),
    /// Begin a function for another provider, as a copy of one that is there
    New(NewArgs),
    /// Show what stands in the local queue, and its dead letters
    Queue(QueueArgs),
    /// Move dead letters, quarantined messages or a fallback's back to the main queue
    Redrive(RedriveArgs),
    /// Send the events of an export again
    Replay(ReplayArgs),
    /// List the sample events
    Samples(SamplesArgs),
    /// Sign a sample event and post it, once or many times
    Send(SendArgs),
    /// Print the headers that prove a request, without sending it
    Sign(SignArgs),
    /// Follow a queue, and export what is in it
    Tail(TailArgs),
    /// Say which check a captured request fails, and what to try
    Verify(VerifyArgs),
}

/// Where the queue of `dev` is.
pub(crate) const QUEUE_FILE: &str = ".chathooks/queue.sqlite3";

fn dev_examples() -> String {
    format!(
        "\
Examples:
  chathooks dev
  chathooks dev --forward-to http://127.0.0.1:3000/events
  chathooks dev --port 9000 --env-file my-secrets.env
  chathooks dev --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/events
  chathooks dev --fail sqs=hang

Settings come from the environment, else from --env-file, else they are the demo secrets of events/demo.env. \
With --queue-url or QUEUE_URL, events go to that SQS queue, with the AWS credentials of the environment.

The inspector is a page at the gateway's own address, for this machine alone. It shows every delivery with its content, and \
repeats it. It remembers the last 20,000 deliveries, 256 MB at most, bodies up to 256 kB, in the file of --queue-file (with SQS: \
in inspector.sqlite3 beside it), which this user alone can read. \"Clear\" on the page forgets them; so does removing that file, \
and with it the local events.

200 means that the event is in the queue, as it does for the deployed functions. Ctrl-C stops it.

With --forward-to, or DELIVERY_URL, each event is posted there as by the deployed worker: signed by Standard Webhooks with \
DELIVERY_SECRET, else with the demo secret {DEMO_DELIVERY_SECRET}. Only 2xx is success; what fails is tried 5 times, each \
conversation in its order, and then becomes a dead letter: see `chathooks queue`. Without a URL events stay in the queue, \
and a later start with --forward-to delivers them.

Exit codes: 0 it was stopped; 2 it could not start, and says why."
    )
}

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = dev_examples())]
pub(crate) struct DevArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,

    /// The file that holds the events and what the inspector shows; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = QUEUE_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Deliver each event to this URL, in place of DELIVERY_URL
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,

    /// Put events into this SQS queue, in place of QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(crate) queue_url: Option<String>,

    /// Make SQS fail, to see what a provider would see: sqs=hang, 500, throttle, refuse or slow
    #[arg(long, value_name = "sqs=FAULT")]
    pub(crate) fail: Option<Fault>,

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

const QUEUE_EXAMPLES: &str = "\
Examples:
  chathooks queue
  chathooks queue --json

It shows how many events are ready, in flight or waiting for a retry, done, quarantined (verified and malformed: never \
delivered) and dead (given up after 5 tries), and a line for each of the last two kinds. It can be used while `chathooks dev` runs.

Exit codes: 0 the queue was read, whatever is in it; 2 it was not.";

/// Arguments of `queue`.
#[derive(Debug, Args)]
#[command(after_help = QUEUE_EXAMPLES)]
pub(crate) struct QueueArgs {
    /// The file that holds the events
    #[arg(long, value_name = "FILE", default_value = QUEUE_FILE)]
    pub(crate) queue_file: PathBuf,

    /// Write one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
