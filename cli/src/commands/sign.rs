//! `chathooks sign`: the headers that prove a request, without sending it.

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

Nothing is sent. The secrets are found as `chathooks dev` finds them.

An HMAC signature fits one body. A token, a login, and a JWT without an end fit every body, and are as good as the secret: they are \
printed with the demo secrets only, or with --reveal.

Exit codes: 0 it is signed; 2 the request, a setting or the command line is wrong, or --reveal is missing.";

/// Arguments of `sign`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    request: RequestArgs,

    /// Change the body before it is signed, as in message.text=Hello; numbers in the path count elements of arrays, a value that is not JSON is a text
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<Assignment>,

    /// Write one JSON object
    #[arg(long, conflicts_with_all = ["curl", "event"])]
    json: bool,

    /// Write a command for a POSIX shell that sends it
    #[arg(long, conflicts_with = "event")]
    curl: bool,

    /// Write the whole Lambda event, payload format 2.0
    #[arg(long)]
    event: bool,

    /// Where --curl sends it: an address, to which the request's own path is added, or the whole URL of a webhook
    #[arg(long, value_name = "URL", default_value = LOCAL, requires = "curl")]
    to: String,

    /// Print a token or login of your own
    #[arg(long)]
    reveal: bool,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
}

/// Prints the proof of a request.
///
/// # Errors
/// A setting or the request is wrong, or the proof is a secret that is not to be printed.
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
        bail!("the proof of {} is as good as its secret ({}); --reveal prints it all the same", webhook.name, signed.secret())
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
