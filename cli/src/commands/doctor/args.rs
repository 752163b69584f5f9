//! The command line of `chathooks doctor`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::request::TrustArgs;

const EXAMPLES: &str = "\
Examples:
  chathooks doctor --stack chathooks
  chathooks doctor --stack chathooks --env-file production.env --json
  chathooks doctor --url https://abc123.execute-api.eu-west-1.amazonaws.com
  chathooks doctor --url https://hooks.example.com/kommo/my-scope

It reports what is wrong with a deployment and how to fix it. It changes nothing, and no event enters the queue: a webhook's \
URL gets a POST without a proof, which must be answered by this project's 401 (a refused request is counted in the metrics). If the \
settings may accept every caller, as for a provider without a token, no POST is sent unless the stack's settings rule that out.

With --url: the answers of the webhooks, TLS, and this machine's clock. With --stack also the stack's state, its functions, its queues \
with their settings and what waits in them, its alarms, failed enqueues of the last day, and secrets: after a \
rotation, an old secret can be removed once it has not been used for a week. That needs AWS credentials and a region, found as the AWS CLI finds \
them, with the rights to read: cloudformation:DescribeStacks and ListStackResources, lambda:GetFunctionConfiguration and GetAlias, \
sqs:GetQueueAttributes, cloudwatch:DescribeAlarms and GetMetricStatistics, and for rotations secretsmanager:GetSecretValue. What the \
credentials do not allow is told, and the rest is checked. No secret is printed.

Exit codes: 0 nothing was found; 1 something is wrong; 2 a wrong command line or setting, or nothing could be checked.";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("deployment").args(["stack", "url"]).required(true))]
pub(crate) struct DoctorArgs {
    /// The name of a CloudFormation stack of the template
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,

    /// The address of a deployment, or the whole URL of one of its webhooks
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// Write one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
