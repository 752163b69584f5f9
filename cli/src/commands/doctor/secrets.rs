//! Secrets of a rotation: an old one that nobody uses any more can go, one that is still used cannot.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::provider::Webhook;

use super::aws::{Aws, Failed};
use super::finding::Finding;
use super::functions::Function;
use super::metrics::{Statistic, metric};
use crate::endpoints::webhooks;

/// The days for which an old secret must have been idle.
const DAYS: u32 = 7;
/// The namespace of the metrics, where the settings name no other.
const NAMESPACE: &str = "Chathooks";

/// Checks a function's secrets, and its failed enqueues of the last day.
pub(super) async fn check(aws: &Aws, function: &Function) -> Vec<Finding> {
    let setting = |name: &str| function.settings.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mut findings = Vec::new();
    let own: Vec<&Webhook> = webhooks().filter(|webhook| setting(&arn_of(webhook)).is_some()).collect();
    if own.is_empty() {
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
        let mut most = Ok(0);
        for arn in setting(&arn_of(webhook)).unwrap_or_default().split(',') {
            most = match (most, aws.secret("GetSecretValue", arn.trim()).await) {
                (Ok(most), Ok(secret)) => Ok(keys(secret["SecretString"].as_str().unwrap_or_default()).max(most)),
                (Err(error), _) | (_, Err(error)) => Err(error),
            };
        }
        findings.push(judge(webhook.keyring, most, position.clone()));
    }
    findings
}

fn arn_of(webhook: &Webhook) -> String {
    format!("{}_ARN", webhook.keyring)
}

fn enqueues(service: &str, failed: Result<Option<f64>, Failed>) -> Finding {
    let subject = format!("enqueues of {service}");
    match failed {
        Ok(Some(count)) if count > 0.0 => Finding::wrong(
            &subject,
            format!("{count} events could not be queued in the last day, and were answered 503"),
            "see `reason` in the function's log: the role's rights, the queue, or SQS itself",
        ),
        Ok(_) => Finding::ok(&subject, "none has failed in the last day"),
        Err(error) => Finding::unknown(&subject, error.to_string(), error.action()),
    }
}

/// How many secrets the channel with most of them has.
fn keys(keyring: &str) -> usize {
    let Ok(channels) = serde_json::from_str::<BTreeMap<String, Value>>(keyring) else { return 1 };
    channels.values().map(|keys| keys.as_array().map_or(1, Vec::len)).max().unwrap_or(0)
}

fn judge(keyring: &str, keys: Result<usize, Failed>, position: Option<Result<Option<f64>, Failed>>) -> Finding {
    let subject = format!("secret {keyring}");
    let keys = match keys {
        Ok(0) => return Finding::wrong(&subject, "it has no secret", "add one: the function does not start without it"),
        Ok(1) => return Finding::ok(&subject, "it has one secret for each channel; no rotation is under way"),
        Ok(keys) => keys,
        Err(error) => return Finding::unknown(&subject, error.to_string(), error.action()),
    };
    let found = format!("a channel has {keys} secrets");
    match position {
        None => Finding::unknown(&subject, format!("{found}, and metrics are off"), "see key_position in the function's log"),
        Some(Err(error)) => Finding::unknown(&subject, format!("{found}; {error}"), error.action()),
        Some(Ok(None)) => Finding::note(
            &subject,
            format!("{found}; no webhook was verified in the last {DAYS} days, so whether the old one is still used is unknown"),
        ),
        Some(Ok(Some(position))) if position >= 1.0 => Finding::note(
            &subject,
            format!("{found}, and an old one was used in the last {DAYS} days (key_position {position}): the provider still uses it"),
        ),
        Some(Ok(Some(_))) => Finding::wrong(
            &subject,
            format!("{found}, and the old one was idle for {DAYS} days"),
            "remove it: docs/operations.md, rotate a secret",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn an_old_secret_that_is_idle_can_go_and_one_that_is_used_cannot() {
        let denied = || Failed { permission: "x:Y".to_owned(), code: "AccessDenied".to_owned(), message: String::new() };
        for (keys, position, level) in [
            (Ok(1), Some(Ok(Some(0.0))), Level::Ok),
            (Ok(2), Some(Ok(Some(0.0))), Level::Wrong),
            (Ok(2), Some(Ok(Some(1.0))), Level::Note),
            (Ok(2), Some(Ok(None)), Level::Note),
            (Ok(2), Some(Err(denied())), Level::Unknown),
            (Ok(2), None, Level::Unknown),
            (Ok(0), None, Level::Wrong),
            (Err(denied()), None, Level::Unknown),
        ] {
            let finding = judge("KOMMO_SECRET", keys, position);
            assert_eq!(finding.level, level, "{finding:?}");
        }
        assert_eq!([keys("plain"), keys(r#"{"*":"a"}"#), keys(r#"{"*":["a","b"],"c":"d"}"#), keys("{}")], [1, 1, 2, 0]);
    }
}
