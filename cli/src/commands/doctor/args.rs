//! The command line of `chathooks doctor`.

use std::num::ParseIntError;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use crate::request::TrustArgs;

/// The time limit of all calls to AWS in total, in seconds.
const TIME_LIMIT: &str = "120";

const EXAMPLES: &str = "\
Examples:
  chathooks doctor --stack chathooks
  chathooks doctor --stack chathooks --env-file production.env --json
  chathooks doctor --url https://abc123.execute-api.eu-west-1.amazonaws.com
  chathooks doctor --url https://hooks.example.com/kommo/my-scope

The command reports what is wrong with a deployment and how to fix it. It changes nothing, and it queues no event: it sends each \
webhook a POST without a proof, which this project's functions refuse with 401 and count in their metrics. A webhook that accepts every \
caller would queue that POST. A provider that allows this gets a GET instead, unless the settings of the stack's functions rule it out.

With --url, the command checks the responses of the webhooks, TLS, and this machine's clock. With --stack, it also checks the state \
of the stack and its version, the functions, the settings and messages of both queues and their dead-letter queues, the alarms, the failed \
enqueues of the last day, and the secrets: whether they are still the generated ones, and whether an old one can be removed after a \
rotation because it has been idle for a week.

--stack needs AWS credentials and a region, which are found as the AWS CLI finds them, with these permissions: \
cloudformation:DescribeStacks and ListStackResources, lambda:GetFunctionConfiguration and GetAlias, sqs:GetQueueAttributes, \
cloudwatch:DescribeAlarms and GetMetricStatistics, and secretsmanager:GetSecretValue (with kms:Decrypt for a key of your own). Only the \
first one is required: the command reports what the credentials do not allow, and checks the rest. It never prints a secret. \
A time limit of two minutes applies to all calls to AWS together. When it is reached, the command reports what it has found and what it has \
not checked.

Exit codes: 0 nothing wrong was found; 1 something is wrong; 2 the command line or a setting is invalid, the stack cannot be read, no \
check was possible, or the time limit was reached and nothing wrong was found.";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("deployment").args(["stack", "url"]).required(true))]
pub(crate) struct DoctorArgs {
    /// The name or ARN of a CloudFormation stack deployed from this project's template
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,

    /// The address of a deployment, or the whole URL of one of its webhooks
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// The time limit of all calls to AWS in total, in seconds
    #[arg(long, hide = true, value_parser = whole_seconds, default_value = TIME_LIMIT)]
    pub(crate) time_limit_s: Duration,
}

fn whole_seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse().map(Duration::from_secs)
}
