//! The secrets of a function: whether they are usable, still the generated ones, or left over from a rotation.

mod keyring;
mod rotation;

use shared::provider::Webhook;

use self::keyring::{Flaw, Stored};
use super::aws::{Aws, Failed};
use super::finding::Finding;
use super::functions::Function;
use super::metrics::{Statistic, metric};
use crate::endpoints::webhooks;
use crate::terminal::counted;

/// The number of days for which an old secret must have been idle.
const DAYS: u32 = 7;
/// The default namespace of the metrics.
const NAMESPACE: &str = "Chathooks";

/// The highest key position that was used in the last days. `None` if no webhook was verified.
type Position = Result<Option<f64>, Failed>;

/// Checks a function's secrets, and its failed enqueues of the last day.
pub(super) async fn check(aws: &Aws, function: &Function) -> Vec<Finding> {
    let setting = |name: &str| function.settings.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mut findings = Vec::new();
    let own: Vec<&Webhook> = webhooks().filter(|webhook| setting(&arn_setting(webhook)).is_some()).collect();
    let is_receiver = webhooks().any(|webhook| webhook.waiver.is_some_and(|waiver| setting(waiver).is_some()));
    if own.is_empty() && !is_receiver {
        return findings;
    }
    let service = setting("POWERTOOLS_SERVICE_NAME").unwrap_or(&function.name);
    let place = [setting("POWERTOOLS_METRICS_NAMESPACE").unwrap_or(NAMESPACE), service];
    let has_metrics = setting("POWERTOOLS_METRICS_DISABLED") != Some("true");
    if has_metrics {
        findings.push(enqueues(service, metric(aws, place, "EnqueueFailed", Statistic::Sum, 1).await));
    }
    let position = if has_metrics { Some(metric(aws, place, "KeyPosition", Statistic::Maximum, DAYS).await) } else { None };
    for webhook in own {
        let subject = format!("secret {}", webhook.keyring);
        findings.push(match read(aws, webhook, setting(&arn_setting(webhook)).unwrap_or_default()).await {
            Ok(stored) => rotation::judge(&subject, webhook, &stored, position.as_ref()),
            Err(flaw) => flaw.finding(&subject),
        });
    }
    findings
}

/// Returns the setting with the ARNs of a webhook's keyring.
fn arn_setting(webhook: &Webhook) -> String {
    format!("{}_ARN", webhook.keyring)
}

async fn read(aws: &Aws, webhook: &Webhook, arns: &str) -> Result<Stored, Flaw> {
    let mut all = Vec::new();
    for arn in arns.split(',') {
        all.push(Stored::parse(webhook, &aws.secret(arn.trim()).await.map_err(Flaw::Unread)?)?);
    }
    Stored::merge(all)
}

fn enqueues(service: &str, failed: Result<Option<f64>, Failed>) -> Finding {
    let subject = format!("enqueues of {service}");
    match failed {
        Ok(Some(count)) if count > 0.0 => Finding::wrong(
            &subject,
            format!("{} of the last day could not be queued, and got a 503", counted(count, "request")),
            "see `reason` in the function's log: the role's permissions, the queue, or SQS itself",
        ),
        Ok(_) => Finding::ok(&subject, "none has failed in the last day"),
        Err(error) => Finding::unknown(&subject, error.to_string(), error.action()),
    }
}
