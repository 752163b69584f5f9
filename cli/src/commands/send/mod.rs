//! `chathooks send`: signs a sample with the secrets in force and posts it, once or many times.

mod volley;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, anyhow};
use clap::{Args, value_parser};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url};
use serde_json::json;
use shared::received::Received;

use crate::endpoints::Endpoints;
use crate::request::{
    Address, Assignment, LOCAL, MAX_ANSWER, NoAnswer, RequestArgs, Signed, Tamper, TrustArgs, beginning, changed, client, target,
    unreachable,
};
use crate::settings::Sources;
use crate::terminal::output::{self, BAD, BOLD, GOOD};
use volley::Shot;

const HELP: &str = "\
Examples:
  chathooks send kommo/v2-text
  chathooks send kommo/v2-text --set message.message.text=Hello
  chathooks send qikchat/image --env-file my-secrets.env --to https://hooks.example.com
  chathooks send kommo/v2-text --to https://hooks.example.com/kommo/my-scope
  chathooks send kommo/v2-text --tamper body
  chathooks send kommo/v2-text --repeat 1000 --concurrency 20 --set message.message.id=load-{i}

The secrets are the ones that `chathooks dev` uses: from the environment, then from --env-file, then the demo secrets.

With --repeat, the summary counts responses by status and shows the median and 99th percentile latency. Ctrl-C shows the summary \
so far. A body that contains its own id gives the same event each time it is sent. To send different events, write {i} in a \
value of --set: it is replaced by 1, 2, 3 and so on.

Exit codes: 0 every response was 2xx; 1 a response was not 2xx, or is missing; 2 there was no response at all, or the request, a setting or the command line is invalid.";

/// Arguments of `send`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct SendArgs {
    #[command(flatten)]
    request: RequestArgs,

    /// Where to send the request: an address, to which the request's path is added, or the whole URL of a webhook
    #[arg(long, value_name = "URL", default_value = LOCAL)]
    to: String,

    /// Change the JSON body before it is signed, as in message.text=Hello; a number in the path is an array index, counted from
    /// 0; a value that is not JSON becomes a string; {i} in a value is the number of the request
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<Assignment>,

    /// Tamper with the signed request, to see it refused
    #[arg(long, value_name = "WHAT")]
    tamper: Option<Tamper>,

    /// How many times to send the request, at most 1,000,000
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=1_000_000))]
    repeat: u32,

    /// How many requests to send at a time, at most 256
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u16).range(1..=256))]
    concurrency: u16,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    trust: TrustArgs,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
}

/// A signed request.
struct Ready {
    headers: HeaderMap,
    body: Vec<u8>,
    secret: String,
}

/// Sends the request and prints the response, or sends it many times and prints a summary.
///
/// # Errors
/// Returns an error if a setting, the request or the address is invalid, or if there is no response at all.
pub(crate) async fn run(args: SendArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    let endpoints = Endpoints::read(&sources.settings())?;
    let mut request = args.request.read()?.request;
    let url = target(&endpoints, &Address::of("--to", &args.to)?, &mut request)?;
    let ready = |number: usize| {
        let mut request = Received { body: changed(&request.body, &args.set, number)?, ..request.clone() };
        let mut signed = Signed::new(&endpoints, &sources, &request)?;
        if let Some(tamper) = args.tamper {
            tamper.apply(&mut signed, &mut request)?;
        }
        anyhow::Ok(Ready { headers: header_map(&signed.headers(&request))?, body: request.body, secret: signed.secret() })
    };
    let method: Method = request.method.parse().context("the request's method is not a valid HTTP method")?;
    let (repeat, concurrency) = (args.repeat as usize, usize::from(args.concurrency));
    // Reports an invalid request before the first one is sent.
    let first = ready(1)?;
    let client = client(&url, concurrency, &args.trust)?;
    if repeat == 1 {
        return once(&client, method, &url, first, args.json).await;
    }

    if !args.json {
        output::print(format_args!("--> {BOLD}{repeat} x {method} {url}{BOLD:#} ({})", first.secret))?;
        if !args.set.iter().any(Assignment::is_counted) {
            output::print(format_args!("    the same body each time; write {{i}} in a value of --set to send different events"))?;
        }
    }
    let shoot = async |number: usize| -> Shot {
        let Ready { headers, body, .. } = ready(number).map_err(|error| NoAnswer::Other(error.to_string()))?;
        let started = Instant::now();
        let answer = client.request(method.clone(), url.clone()).headers(headers).body(body).send().await.map_err(NoAnswer::from)?;
        let status = answer.status().as_u16();
        beginning(answer).await?;
        Ok((status, started.elapsed()))
    };
    let summary = volley::fire(repeat, concurrency, &shoot).await;
    if args.json {
        output::print(format_args!("{:#}", summary.json()))?;
    } else {
        let style = if summary.is_success() { GOOD } else { BAD };
        output::print(format_args!("<-- {style}{}{style:#}", summary.text()))?;
    }
    match (summary.answered(), summary.unanswered.keys().next()) {
        (0, Some(cause)) => Err(unreachable(&url, cause)),
        _ if summary.is_success() => Ok(ExitCode::SUCCESS),
        _ => Ok(ExitCode::from(1)),
    }
}

async fn once(client: &Client, method: Method, url: &Url, ready: Ready, as_json: bool) -> anyhow::Result<ExitCode> {
    let Ready { headers, body, secret } = ready;
    let bytes = body.len();
    if !as_json {
        output::print(format_args!("--> {BOLD}{method} {url}{BOLD:#} {bytes} B ({secret})"))?;
    }
    let started = Instant::now();
    let answer = client.request(method.clone(), url.clone()).headers(headers).body(body).send().await;
    let answer = answer.map_err(|error| unreachable(url, &error.into()))?;
    let status = answer.status();
    let (body, is_cut) = beginning(answer).await.context("the connection broke during the response; see the receiver's log")?;
    let body = String::from_utf8_lossy(&body);
    let took = started.elapsed();
    if as_json {
        let request = json!({"method": method.as_str(), "url": url.as_str(), "body_bytes": bytes, "secret": secret});
        let answer = json!({"status": status.as_u16(), "duration_ms": took.as_secs_f64() * 1_000.0, "body": body, "body_is_cut": is_cut});
        output::print(format_args!("{:#}", json!({"request": request, "answer": answer})))?;
    } else {
        let style = if status.is_success() { GOOD } else { BAD };
        output::print(format_args!("<-- {style}[{}]{style:#} {} ms", status.as_u16(), took.as_millis()))?;
        if !body.is_empty() {
            output::print(format_args!("{}", output::printable(&body)))?;
        }
        if is_cut {
            output::print(format_args!("… only the first {MAX_ANSWER} bytes of the response are shown"))?;
        }
    }
    Ok(if status.is_success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn header_map(headers: &[(String, String)]) -> anyhow::Result<HeaderMap> {
    let header = |(name, value): &(String, String)| {
        let header = HeaderName::try_from(name).with_context(|| format!("`{name}` is not a valid header name"))?;
        let value = HeaderValue::try_from(value).map_err(|_| anyhow!("the value of the header {name} is invalid"))?;
        Ok((header, value))
    };
    headers.iter().map(header).collect()
}
