//! `chathooks sign`: prints the headers that prove a request, without sending it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use serde_json::{Map, Value, json};
use shared::received::Received;
use shared::timestamp::Timestamp;

use crate::endpoints::Endpoints;
use crate::request::capture::lambda_event;
use crate::request::{Address, Assignment, LOCAL, RequestArgs, Signed, changed, curl, target};
use crate::settings::{Source, Sources};
use crate::terminal::output;

const HELP: &str = "\
Examples:
  chathooks sign kommo/v2-text
  chathooks sign kommo/v2-text --set message.message.text=Hello --event > events/kommo/hello.json
  chathooks sign qikchat/text --curl --to https://hooks.example.com
  chathooks sign --path /kommo/my-scope --body-file body.json

Nothing is sent. The secrets are the ones that `chathooks dev` uses: from the environment, then from --env-file, then the demo \
secrets.

An HMAC signature proves one body. A token, a login, or a JWT that does not expire proves any body, and is as sensitive as the \
secret itself. Those are printed only for demo secrets, or with --reveal.

Exit codes: 0 the request was signed; 2 the request, a setting or the command line is invalid, or --reveal is missing.";

/// Arguments of `sign`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    request: RequestArgs,

    /// Change the JSON body before it is signed, as in message.text=Hello; a number in the path is an array index, counted from
    /// 0; a value that is not JSON becomes a string
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<Assignment>,

    /// Print one JSON object
    #[arg(long, conflicts_with_all = ["curl", "event"])]
    json: bool,

    /// Print a curl command for a POSIX shell that sends the request
    #[arg(long, conflicts_with = "event")]
    curl: bool,

    /// Print the whole request as a Lambda event, payload format 2.0
    #[arg(long)]
    event: bool,

    /// Where the curl command sends the request: an address, to which the request's path is added, or the whole URL of a webhook
    #[arg(long, value_name = "URL", default_value = LOCAL, requires = "curl")]
    to: String,

    /// Print the proof even if it contains your own token or login
    #[arg(long)]
    reveal: bool,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
}

/// Prints the proof of a request.
///
/// # Errors
/// Returns an error if a setting or the request is invalid, or if the proof is a secret and `--reveal` is missing.
pub(crate) fn run(args: SignArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    let endpoints = Endpoints::read(&sources.settings())?;
    let mut request = args.request.read()?.request;
    request.body = changed(&request.body, &args.set, 1)?;
    let url = target(&endpoints, &Address::of("--to", &args.to)?, &mut request)?;
    let signed = Signed::new(&endpoints, &sources, &request)?;
    let webhook = signed.endpoint.webhook;
    let is_own = signed.source.is_some_and(|source| source != Source::Demo);
    if is_own && !webhook.scheme.signs_body() && !args.reveal {
        bail!("the proof of {} is as sensitive as its secret ({}); pass --reveal to print it", webhook.name, signed.secret())
    }
    let text = match (args.json, args.curl, args.event) {
        (true, ..) => format!("{:#}", as_json(&request, &signed)),
        (_, true, _) => curl::command(url.as_str(), &signed.headers(&request), &request.body),
        (.., true) => {
            let signed = Received { headers: signed.headers(&request), ..request };
            format!("{:#}", lambda_event::write(&signed, Timestamp::now()))
        }
        _ => signed.proof.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n"),
    };
    output::print(format_args!("{text}"))?;
    Ok(ExitCode::SUCCESS)
}

fn as_json(request: &Received, signed: &Signed<'_>) -> Value {
    let proof: Map<String, Value> = signed.proof.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    json!({
        "provider": signed.endpoint.webhook.name,
        "channel": signed.channel,
        "method": request.method,
        "path": request.path,
        "headers": proof,
        "body_bytes": request.body.len(),
        "secret": signed.secret(),
    })
}
