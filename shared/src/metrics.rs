//! Metrics: the counts of a delivery in CloudWatch's embedded metric format, as a part of its log line.
//!
//! The dimension is `service`, and for refusals, rejections and failed deliveries also `service` with `reason`.
//! `POWERTOOLS_METRICS_DISABLED=true` disables metrics. `POWERTOOLS_METRICS_NAMESPACE` sets their namespace.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ingest::Delivery;
use crate::problem::Rejection;
use crate::queue::QueueName;
use crate::settings::{POWERTOOLS_METRICS_DISABLED, POWERTOOLS_METRICS_NAMESPACE, Settings};
use crate::timestamp::Timestamp;

/// The metrics of one function.
pub struct Metrics {
    /// `None` if metrics are disabled.
    namespace: Option<String>,
}

/// The metrics of one delivery, as fields of its log line.
#[derive(Debug, Serialize)]
pub struct Counts {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    #[serde(flatten)]
    values: BTreeMap<&'static str, f64>,
}

/// The worker's attempt at a record. The `reason` of a failure is in the log line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attempt {
    /// The outcome, or `None` if no delivery was attempted.
    pub outcome: Option<Attempted>,
    /// Whether changing the visibility of the record failed.
    pub visibility_failed: bool,
}

/// The outcome of a delivery attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempted {
    /// The event was handled.
    Delivered,
    /// The event was not handled.
    Failed,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: String,
    dimensions: [&'static [&'static str]; 1],
    metrics: Vec<Definition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl Metrics {
    /// Returns the metrics as configured by the settings. By default, they are enabled in the namespace `Chathooks`.
    #[must_use]
    pub fn new(settings: &Settings<'_>) -> Self {
        let disabled =
            settings.optional(POWERTOOLS_METRICS_DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
        let namespace = settings.optional(POWERTOOLS_METRICS_NAMESPACE).unwrap_or_else(|| "Chathooks".to_owned());
        Self { namespace: (!disabled).then_some(namespace) }
    }

    /// Returns the metrics of a delivery. `millis` is the time to its response.
    #[must_use]
    pub fn of(&self, delivery: &Delivery, millis: f64, cold_start: bool) -> Option<Counts> {
        self.counts(values(delivery, millis, cold_start))
    }

    /// Returns the metrics of an attempt by the worker, or `None` if there is nothing to count.
    #[must_use]
    pub fn of_attempt(&self, attempt: Attempt) -> Option<Counts> {
        let Attempt { outcome, visibility_failed } = attempt;
        let outcome = outcome.map(|outcome| match outcome {
            Attempted::Delivered => "Delivered",
            Attempted::Failed => "DeliveryFailed",
        });
        let names = outcome.into_iter().chain(visibility_failed.then_some("VisibilityFailed"));
        let values: BTreeMap<&'static str, f64> = names.map(|name| (name, 1.0)).collect();
        // The format requires at least one metric in a directive.
        if values.is_empty() { None } else { self.counts(values) }
    }

    /// Returns the metrics for a secret that could not be refreshed.
    #[must_use]
    pub fn of_refresh_failure(&self) -> Option<Counts> {
        self.counts(BTreeMap::from([("SecretRefreshFailed", 1.0)]))
    }

    fn counts(&self, values: BTreeMap<&'static str, f64>) -> Option<Counts> {
        let namespace = self.namespace.as_ref()?;
        let definition = |name| Definition { name, unit: unit_of(name) };
        let directive = |dimensions, names: Vec<&'static str>| Directive {
            namespace: namespace.clone(),
            dimensions: [dimensions],
            metrics: names.into_iter().map(definition).collect(),
        };
        let mut cloud_watch_metrics = vec![directive(&["service"], values.keys().copied().collect())];
        let by_reason: Vec<&'static str> = BY_REASON.into_iter().filter(|name| values.contains_key(name)).collect();
        if !by_reason.is_empty() {
            cloud_watch_metrics.push(directive(&["service", "reason"], by_reason));
        }
        Some(Counts { metadata: Metadata { timestamp: Timestamp::now().millis(), cloud_watch_metrics }, values })
    }
}

/// The metrics that are also counted by `reason`.
const BY_REASON: [&str; 3] = ["DeliveryFailed", "Refused", "Rejected"];

fn unit_of(name: &str) -> &'static str {
    match name {
        "AckMilliseconds" => "Milliseconds",
        "KeyPosition" => "None",
        _ => "Count",
    }
}

fn values(delivery: &Delivery, millis: f64, cold_start: bool) -> BTreeMap<&'static str, f64> {
    let details = &delivery.details;
    let mut values = BTreeMap::from([("Received", 1.0), ("AckMilliseconds", millis)]);
    let outcome = match &delivery.rejection {
        // A 200 without a receipt is a handshake.
        None => details.receipt.map(|_| "Accepted"),
        Some(Rejection::Malformed(_)) => Some("Quarantined"),
        Some(Rejection::NotQueued(_)) => Some("EnqueueFailed"),
        Some(Rejection::Refused(..)) => Some("Refused"),
        Some(Rejection::NotFound | Rejection::MethodNotAllowed | Rejection::TooLarge) => Some("Rejected"),
    };
    values.extend(outcome.map(|outcome| (outcome, 1.0)));
    if let Some(receipt) = details.receipt {
        values.insert("Enqueued", details.event_ids.len() as f64);
        if receipt.queue == QueueName::Fallback {
            values.insert("FallbackUsed", 1.0);
        }
    }
    if delivery.rejection.is_none() && details.unknown_events > 0 {
        values.insert("UnknownShape", details.unknown_events as f64);
    }
    if let Some(position) = details.key_position {
        values.insert("KeyPosition", position as f64);
    }
    if cold_start {
        values.insert("ColdStart", 1.0);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Details;
    use crate::problem::Answer;
    use crate::queue::{NotQueued, Receipt};
    use crate::verify::Refusal;

    fn delivery(rejection: Option<Rejection>, details: Details) -> Delivery {
        Delivery { answer: Answer::queued(None), rejection, details }
    }

    fn counts(delivery: &Delivery) -> serde_json::Value {
        let metrics = Metrics::new(&Settings::new(|_| None));
        serde_json::to_value(metrics.of(delivery, 3.5, true).expect("metrics are on")).expect("JSON")
    }

    #[test]
    fn every_declared_metric_has_a_value() {
        let details = Details {
            event_ids: vec!["acme-1".to_owned(), "acme-2".to_owned()],
            receipt: Some(Receipt { queue: QueueName::Fallback }),
            key_position: Some(1),
            unknown_events: 1,
            ..Details::default()
        };
        let counts = counts(&delivery(None, details));
        let declared = counts["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().expect("a list");
        let names: Vec<&str> = declared.iter().filter_map(|metric| metric["Name"].as_str()).collect();
        assert_eq!(
            names,
            ["Accepted", "AckMilliseconds", "ColdStart", "Enqueued", "FallbackUsed", "KeyPosition", "Received", "UnknownShape"]
        );
        assert!(names.iter().all(|name| counts[name].is_number()), "{counts}");
        assert_eq!((&counts["Enqueued"], &counts["AckMilliseconds"]), (&2.0.into(), &3.5.into()));
    }

    #[test]
    fn a_refusal_is_counted_by_its_reason_too() {
        let counts = counts(&delivery(Some(Rejection::Refused(Refusal::WrongToken, None)), Details::default()));
        let directives = counts["_aws"]["CloudWatchMetrics"].as_array().expect("a list");
        assert_eq!(directives[1]["Dimensions"], serde_json::json!([["service", "reason"]]));
        assert_eq!(counts["Refused"], 1.0);
        assert!(counts.get("Enqueued").is_none());
    }

    #[test]
    fn a_failed_enqueue_is_not_counted_as_a_refusal() {
        let rejection = Rejection::NotQueued(NotQueued { code: "timeout".to_owned() });
        let counts = counts(&delivery(Some(rejection), Details::default()));
        assert_eq!((&counts["EnqueueFailed"], counts.get("Refused")), (&1.0.into(), None));
    }

    #[test]
    fn a_rejection_is_not_counted_as_a_refusal() {
        for rejection in [Rejection::NotFound, Rejection::MethodNotAllowed, Rejection::TooLarge] {
            let counts = counts(&delivery(Some(rejection), Details::default()));
            assert_eq!((&counts["Rejected"], counts.get("Refused")), (&1.0.into(), None));
            assert_eq!(counts["_aws"]["CloudWatchMetrics"][1]["Metrics"][0]["Name"], "Rejected");
        }
    }

    #[test]
    fn an_attempt_is_counted_by_outcome_and_a_failure_also_by_reason() {
        let metrics = Metrics::new(&Settings::new(|_| None));
        let counts =
            |outcome, visibility_failed| serde_json::to_value(metrics.of_attempt(Attempt { outcome, visibility_failed })).expect("JSON");
        let delivered = counts(Some(Attempted::Delivered), false);
        assert_eq!((&delivered["Delivered"], delivered.get("DeliveryFailed")), (&1.0.into(), None));
        let failed = counts(Some(Attempted::Failed), true);
        assert_eq!((&failed["DeliveryFailed"], &failed["VisibilityFailed"]), (&1.0.into(), &1.0.into()));
        let directives = failed["_aws"]["CloudWatchMetrics"].as_array().expect("a list");
        assert_eq!(directives[1]["Dimensions"], serde_json::json!([["service", "reason"]]));
        assert_eq!(directives[1]["Metrics"], serde_json::json!([{"Name": "DeliveryFailed", "Unit": "Count"}]));
        assert_eq!(counts(None, true)["VisibilityFailed"], 1.0);
        assert!(counts(None, false).is_null());
    }

    #[test]
    fn a_setting_disables_metrics() {
        let metrics = Metrics::new(&Settings::new(|name| (name == POWERTOOLS_METRICS_DISABLED).then(|| "true".to_owned())));
        assert!(metrics.of(&delivery(None, Details::default()), 1.0, false).is_none());
    }

    #[test]
    fn a_handshake_counts_only_as_received() {
        let counts = counts(&delivery(None, Details::default()));
        assert_eq!((&counts["Received"], counts.get("Accepted")), (&1.0.into(), None));
    }
}
