//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::assignment::Assignment;

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
    /// Receive webhooks on 127.0.0.1 and put their events into a queue
    Dev(DevArgs),
    /// Sign a sample event and post it
    Send(SendArgs),
}

const DEV_EXAMPLES: &str = "\
Examples:
  chathooks dev
  chathooks dev --port 9000 --env-file my-secrets.env
  QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/events chathooks dev

Settings come from the environment, else from --env-file, else they are the demo secrets of events/demo.env. \
With QUEUE_URL set, events go to that SQS queue, with the AWS credentials of the environment.

200 means that the event is in the queue, as it does for the deployed functions. Ctrl-C stops it.";

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = DEV_EXAMPLES)]
pub(crate) struct DevArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,

    /// The file that holds the events; it is kept when the program ends
    #[arg(long, value_name = "FILE", default_value = ".chathooks/queue.sqlite3")]
    pub(crate) queue_file: PathBuf,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

const SEND_EXAMPLES: &str = "\
Examples:
  chathooks send kommo/v2-text
  chathooks send kommo/v2-text --set message.message.text=Hello
  chathooks send qikchat/image --env-file my-secrets.env --to https://hooks.example.com

The secrets are found as `chathooks dev` finds them.

Exit codes: 0 the answer was 2xx, 1 it was another one, 2 there was none.";

/// Arguments of `send`.
#[derive(Debug, Args)]
#[command(after_help = SEND_EXAMPLES)]
pub(crate) struct SendArgs {
    /// A Lambda HTTP event: a file, or a name in events/ such as kommo/v2-text
    #[arg(value_name = "SAMPLE|FILE")]
    pub(crate) sample: PathBuf,

    /// Where to: the event's own path is added to this URL
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) to: reqwest::Url,

    /// Change the body before it is signed, as in message.text=Hello; numbers in the path count elements of arrays, a value that is not JSON is a text
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<Assignment>,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}
