//! The webhooks of a deployment: whether each refuses a POST without a proof with this project's 401, which queues no event.

mod answer;
mod judge;

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, Url};
use shared::provider::Webhook;

use self::answer::Answer;
use super::finding::Finding;
use crate::request::{NoAnswer, is_loopback};

/// The time limit of a request. A refusal takes a second, cold start included.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A webhook at its deployed URL.
pub(super) struct Deployed {
    pub(super) webhook: &'static Webhook,
    pub(super) url: Url,
    /// Whether the settings accept every caller, or `None` if that is unknown.
    pub(super) is_waived: Option<bool>,
    /// Whether a deployment can lack the webhook.
    pub(super) is_optional: bool,
}

/// A webhook's response, or why there was none.
struct Checked {
    finding: Finding,
    clock: Option<Finding>,
    outcome: Outcome,
}

/// What the webhooks can have in common.
#[derive(PartialEq, Eq)]
enum Outcome {
    Answered,
    NotDeployed,
    Unreachable(NoAnswer),
}

/// Checks the webhooks. A deployment without any is wrong.
pub(super) async fn check(client: &Client, all: Vec<Deployed>) -> Vec<Finding> {
    let checked = join_all(all.iter().map(|deployed| deployed.check(client))).await;
    let mut findings: Vec<Finding> = all.iter().find_map(|deployed| without_tls(&deployed.url)).into_iter().collect();
    let clock = checked.iter().find_map(|one| one.clock.clone());
    let outcomes: Vec<&Outcome> = checked.iter().map(|one| &one.outcome).collect();
    match outcomes[..] {
        // Findings that are the same for all webhooks are reported once.
        [first @ Outcome::Unreachable(cause), _, ..] if outcomes.iter().all(|outcome| *outcome == first) => {
            findings.push(unreachable("webhooks", &all[0].url, cause));
        }
        _ => findings.extend(checked.iter().map(|one| one.finding.clone())),
    }
    if outcomes.iter().all(|outcome| **outcome == Outcome::NotDeployed) {
        let action = "is it the URL in the stack's outputs, including the base path?";
        findings.push(Finding::wrong("webhooks", "none was found", action));
    }
    findings.extend(clock);
    findings
}

impl Deployed {
    async fn check(&self, client: &Client) -> Checked {
        let subject = format!("webhook {}", self.webhook.name);
        // A webhook that accepts every caller would queue an event.
        let is_posted = self.webhook.waiver.is_none() || self.is_waived == Some(false);
        let answer = match self.send(client, if is_posted { Method::POST } else { Method::GET }).await {
            Ok(answer) => answer,
            Err(cause) => {
                let finding = unreachable(&subject, &self.url, &cause);
                return Checked { finding, clock: None, outcome: Outcome::Unreachable(cause) };
            }
        };
        let finding = if is_posted { self.judge_post(&subject, &answer) } else { self.judge_get(&subject, &answer) };
        let is_absent = self.is_optional && answer.status.as_u16() == 404;
        let outcome = if is_absent { Outcome::NotDeployed } else { Outcome::Answered };
        Checked { finding, clock: answer.clock(), outcome }
    }

    async fn send(&self, client: &Client, method: Method) -> Result<Answer, NoAnswer> {
        let request = client.request(method.clone(), self.url.clone()).timeout(TIMEOUT);
        let request = if method == Method::POST { request.header(CONTENT_TYPE, "application/json").body("{}") } else { request };
        Answer::read(request.send().await?).await
    }
}

fn unreachable(subject: &str, url: &Url, cause: &NoAnswer) -> Finding {
    let action = match cause {
        NoAnswer::Network(failure) => failure.advice,
        NoAnswer::Other(_) => "is the URL correct?",
    };
    Finding::wrong(subject, format!("no response from {} ({cause})", url.origin().ascii_serialization()), action)
}

fn without_tls(url: &Url) -> Option<Finding> {
    let found =
        || format!("{} has no TLS: anyone on the network path can read the messages and the secrets", url.origin().ascii_serialization());
    (url.scheme() == "http" && !is_loopback(url)).then(|| Finding::wrong("TLS", found(), "use the https URL, here and at the providers"))
}
