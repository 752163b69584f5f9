//! `chathooks doctor`: checks a deployment without changing it.

mod args;
mod aws;
mod finding;
mod functions;
mod metrics;
mod queues;
mod secrets;
mod stack;
mod webhook;

use std::process::ExitCode;

use reqwest::{Client, Url};

use crate::endpoints::{Endpoints, webhooks};
use crate::queue::sqs::Access;
use crate::request::{Address, client};
use crate::settings::Sources;

pub(crate) use args::DoctorArgs;
use aws::Aws;
use finding::Finding;
use functions::Function;
use stack::Stack;
use webhook::{CHANNEL, Deployed};

/// Checks a deployment.
///
/// # Errors
/// A flag or a setting is wrong, or the stack cannot be read.
pub(crate) async fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    // Which secrets are set here does not matter: nothing is signed.
    let endpoints = Endpoints::read(&sources.demo())?;
    let client = client(&"https://doctor.invalid".parse()?, 4, &args.trust)?;
    let findings = match (&args.stack, &args.url) {
        (Some(name), _) => of_stack(&client, &sources, &endpoints, name).await?,
        (None, url) => {
            let Address(url) = Address::of("--url", url.as_deref().unwrap_or_default())?;
            of_webhooks(&client, deployed_at(&endpoints, &url)).await
        }
    };
    finding::show(&findings, args.json)?;
    Ok(finding::exit_code(&findings))
}

/// The webhooks at an address, or the one of a whole URL.
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

/// Checks the webhooks; a deployment without any is wrong.
async fn of_webhooks(client: &Client, all: Vec<Deployed>) -> Vec<Finding> {
    let (mut findings, mut clock) = (Vec::new(), None);
    for deployed in &all {
        let (finding, of_clock) = deployed.check(client).await;
        findings.push(finding);
        clock = clock.or(of_clock);
    }
    if all.iter().all(|deployed| deployed.is_optional)
        && findings.iter().all(|finding| finding.found.contains("the provider is not deployed"))
    {
        let action = "is it the URL in the stack's outputs, including the base path?";
        findings.push(Finding::wrong("webhooks", "none was found", action));
    }
    findings.extend(clock);
    findings
}

async fn of_stack(client: &Client, sources: &Sources, endpoints: &Endpoints, name: &str) -> anyhow::Result<Vec<Finding>> {
    let access = Access::find(sources).await;
    let aws = Aws::open(&access).await?;
    let stack = Stack::read(&aws, name).await?;
    let mut findings = vec![stack.finding()];
    let (functions, of_functions) = functions::read(&aws, stack.resources("AWS::Lambda::Function")).await;
    findings.extend(of_functions);
    findings.extend(of_webhooks(client, deployed_by(endpoints, &stack, &functions)).await);
    findings.extend(queues::check(&access, &stack.outputs).await);
    findings.extend(metrics::alarms(&aws, name, &stack.resources("AWS::CloudWatch::Alarm").collect::<Vec<_>>()).await);
    for function in &functions {
        findings.extend(secrets::check(&aws, function).await);
    }
    Ok(findings)
}

/// The webhooks of a stack, by its outputs.
fn deployed_by(endpoints: &Endpoints, stack: &Stack, functions: &[Function]) -> Vec<Deployed> {
    let urls = stack
        .outputs
        .iter()
        .filter(|(name, _)| name.ends_with("WebhookUrl") || name.ends_with("CallbackUrl") || name.ends_with("HooksUrl"));
    let deployed = |url: &String| {
        // Placeholders stand for a channel: `:scope_id`, `{bot}`.
        let filled: Vec<&str> = url.split('/').map(|part| if part.starts_with([':', '{']) { CHANNEL } else { part }).collect();
        let url: Url = filled.join("/").parse().ok()?;
        let path = endpoints.webhook_path(url.path())?;
        let webhook = endpoints.of_path(&path)?.0.webhook;
        let is_waived = webhook
            .waiver
            .map(|waiver| functions.iter().any(|function| function.settings.get(waiver).is_some_and(|value| value == "true")));
        // Unknown if the functions' settings could not be read.
        Some(Deployed { webhook, url, is_waived: is_waived.filter(|_| !functions.is_empty()), is_optional: false })
    };
    urls.filter_map(|(_, url)| deployed(url)).collect()
}
