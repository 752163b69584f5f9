//! `chathooks doctor`: checks a deployment without changing it.

mod alarms;
mod args;
mod aws;
mod finding;
mod functions;
mod metrics;
mod queues;
mod secrets;
mod stack;
mod version;
mod webhook;

use std::process::ExitCode;

use futures_util::future::join_all;
use reqwest::{Client, Url};

use crate::endpoints::{Endpoints, webhooks};
use crate::request::{Address, client};
use crate::settings::Sources;

pub(crate) use args::DoctorArgs;
use aws::{Aws, Limit};
use finding::Finding;
use functions::Function;
use stack::Stack;
use webhook::Deployed;

/// A channel that no account uses.
const CHANNEL: &str = "chathooks-doctor";

/// Checks a deployment.
///
/// # Errors
/// A flag or a setting is invalid, or the stack cannot be read.
pub(crate) async fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    // Nothing is signed, so the demo secrets suffice.
    let endpoints = Endpoints::read(&sources.demo())?;
    let client = client(&"https://doctor.invalid".parse()?, 4, &args.trust)?;
    let limit = Limit::of(args.time_limit_s);
    let mut findings = match (&args.stack, &args.url) {
        (Some(name), _) => check_stack(&client, &Aws::open(&sources, limit.clone()).await?, &endpoints, name).await?,
        (None, url) => {
            let Address(url) = Address::of("--url", url.as_deref().unwrap_or_default())?;
            webhook::check(&client, deployed_at(&endpoints, &url)).await
        }
    };
    if limit.has_ended_a_call() {
        let found = format!("{limit}: calls failed because of it, and what depends on them was not checked, such as a function's secrets");
        findings.push(Finding::unknown("time limit", found, "check the network and the proxy settings, and run the command again"));
    }
    finding::show(&findings, args.json)?;
    Ok(finding::exit_code(&findings, limit.has_ended_a_call()))
}

/// Returns the webhooks at an address, or the one of a webhook's whole URL.
fn deployed_at(endpoints: &Endpoints, url: &Url) -> Vec<Deployed> {
    if let Some(path) = endpoints.webhook_path(url.path())
        && let Some((endpoint, _)) = endpoints.of_path(&path)
    {
        return vec![Deployed { webhook: endpoint.webhook, url: url.clone(), is_waived: None, is_optional: false }];
    }
    let at = |webhook| {
        let mut of_webhook = url.clone();
        of_webhook.set_path(&format!("{}{}", url.path().trim_end_matches('/'), endpoints.channel_path(webhook, CHANNEL)));
        Deployed { webhook, url: of_webhook, is_waived: None, is_optional: true }
    };
    webhooks().map(at).collect()
}

async fn check_stack(client: &Client, aws: &Aws, endpoints: &Endpoints, name: &str) -> anyhow::Result<Vec<Finding>> {
    let stack = Stack::read(aws, name).await?;
    let mut findings = stack.findings();
    if stack.outputs.is_empty() {
        return Ok(findings);
    }
    findings.push(version::check(stack.outputs.get("Version").map(String::as_str)));
    let (functions, of_functions) = functions::read(aws, stack.resources("AWS::Lambda::Function")).await;
    let are_known = stack.is_known() && stack.resources("AWS::Lambda::Function").count() == functions.len();
    findings.extend(of_functions);
    findings.extend(webhook::check(client, deployed_by(endpoints, &stack, &functions, are_known)).await);
    findings.extend(queues::check(aws, &stack.outputs, &functions).await);
    findings.extend(alarms::check(aws, &stack.name, &stack.resources("AWS::CloudWatch::Alarm").collect::<Vec<_>>()).await);
    findings.extend(join_all(functions.iter().map(|function| secrets::check(aws, function))).await.into_iter().flatten());
    Ok(findings)
}

/// Returns the webhooks in a stack's outputs. `are_known` is whether these are all functions, in their final state.
fn deployed_by(endpoints: &Endpoints, stack: &Stack, functions: &[Function], are_known: bool) -> Vec<Deployed> {
    let urls = stack
        .outputs
        .iter()
        .filter(|(name, _)| name.ends_with("WebhookUrl") || name.ends_with("CallbackUrl") || name.ends_with("HooksUrl"));
    let deployed = |url: &String| {
        // `:scope_id` and `{bot}` are placeholders of a channel.
        let filled: Vec<&str> = url.split('/').map(|part| if part.starts_with([':', '{']) { CHANNEL } else { part }).collect();
        let url: Url = filled.join("/").parse().ok()?;
        let path = endpoints.webhook_path(url.path())?;
        let webhook = endpoints.of_path(&path)?.0.webhook;
        let is_waived = webhook.waiver.and_then(|waiver| is_waived(functions, waiver, are_known));
        Some(Deployed { webhook, url, is_waived, is_optional: false })
    };
    urls.filter_map(|(_, url)| deployed(url)).collect()
}

/// Returns whether that setting makes a function accept every caller, or `None` if that is unknown.
fn is_waived(functions: &[Function], waiver: &str, are_known: bool) -> Option<bool> {
    let answers: Vec<Option<bool>> = functions.iter().map(|function| function.has(waiver, "true")).collect();
    if answers.contains(&Some(true)) {
        return Some(true);
    }
    (are_known && answers.iter().all(Option::is_some)).then_some(false)
}
