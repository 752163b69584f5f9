//! What the code declares about itself. Only this file depends on how the code declares it.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::ingest::{Delivery, Details};
use shared::metrics::{Attempt, Attempted, Metrics};
use shared::parse::Malformed;
use shared::problem::{Answer, Rejection};
use shared::queue::{NotQueued, QueueName, Receipt};
use shared::retry::delivery_pause;
use shared::settings::{ACK_BUDGET_MS, Settings};
use shared::shape::Shape;
use shared::verify::Refusal;

use crate::document::{find, text};

/// The static data of a provider that the template depends on.
pub(crate) struct Provider {
    /// The name of its folder, package and binary.
    pub(crate) name: &'static str,
    /// The settings that hold its keyrings.
    pub(crate) keyrings: Vec<&'static str>,
    /// Its other settings, including those that waive a secret.
    pub(crate) settings: Vec<&'static str>,
    /// The paths at which it receives webhooks, with parameters in braces.
    pub(crate) paths: BTreeSet<String>,
    data: &'static shared::provider::Provider,
}

/// The largest body of a queue message, in bytes.
pub(crate) use shared::queue::MAX_BYTES;

/// Returns every provider.
pub(crate) fn providers() -> Vec<Provider> {
    functions::PROVIDERS.iter().map(|provider| Provider::new(provider)).collect()
}

impl Provider {
    fn new(data: &'static shared::provider::Provider) -> Self {
        let webhooks = data.webhooks.iter();
        Self {
            name: data.name,
            keyrings: webhooks.clone().map(|webhook| webhook.keyring).collect(),
            settings: webhooks.clone().flat_map(|webhook| webhook.settings()).collect(),
            paths: webhooks.flat_map(|webhook| webhook.paths).map(|path| (*path).to_owned()).collect(),
            data,
        }
    }

    /// Returns whether its function starts with these keyrings, all of them set.
    pub(crate) fn starts_with(&self, keyring: impl Fn(&str) -> String + Send + Sync) -> bool {
        let settings = Settings::new(|name| self.keyrings.contains(&name).then(|| keyring(name)));
        self.data.endpoints(&settings).is_ok_and(|endpoints| endpoints.len() == self.keyrings.len())
    }
}

/// Returns the constants of `shared/src/settings/names.rs`, read from its source, so that constants unknown to these tests
/// are included.
pub(crate) fn shared_settings() -> BTreeSet<String> {
    let source = text("shared/src/settings/names.rs");
    let constants = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = "));
    constants.map(|(name, _)| name.to_owned()).collect()
}

/// Returns whether the code accepts this number of milliseconds as its ack budget.
pub(crate) fn is_ack_budget(millis: &str) -> bool {
    Settings::new(|name| (name == ACK_BUDGET_MS).then(|| millis.to_owned())).ack_budget().is_ok()
}

/// Returns how many seconds the worker hides an event after the attempt with this number, before ±20 % jitter.
pub(crate) fn pause(attempt: u32) -> u64 {
    delivery_pause(attempt, None, 0.5).as_secs()
}

/// Returns the longest such pause in seconds, including jitter.
pub(crate) fn longest_pause() -> u64 {
    delivery_pause(u32::MAX, None, 1.0).as_secs()
}

/// Returns the metrics with exactly these dimensions.
pub(crate) fn counted(dimensions: &[&str]) -> BTreeSet<String> {
    let declarations = declarations();
    let of_these = declarations.iter().filter(|declaration| declaration["Dimensions"][0] == serde_json::json!(dimensions));
    let names = of_these.flat_map(|declaration| find(&declaration["Metrics"], "Name")).filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// Returns the namespace of the metrics.
pub(crate) fn namespace() -> String {
    declarations()[0]["Namespace"].as_str().expect("a namespace").to_owned()
}

/// Returns every metric declaration in the log lines of all kinds of deliveries: a namespace, dimensions and metrics.
fn declarations() -> Vec<Value> {
    let metrics = Metrics::new(&Settings::new(|_| None));
    let details = Details {
        event_ids: vec!["a".to_owned()],
        receipt: Some(Receipt { queue: QueueName::Fallback }),
        key_position: Some(0),
        shape: Some(Shape::default()),
        unknown_events: 1,
        ..Details::default()
    };
    let rejected = |rejection| Delivery { answer: answer(), rejection: Some(rejection), details: Details::default() };
    let deliveries = [
        Delivery { answer: answer(), rejection: None, details },
        rejected(Rejection::NotFound),
        rejected(Rejection::Refused(Refusal::WrongToken, None)),
        rejected(Rejection::Malformed(Malformed::NotJson)),
        rejected(Rejection::NotQueued(NotQueued { code: "timeout".to_owned() })),
    ];
    let attempts = [Attempted::Delivered, Attempted::Failed]
        .map(|outcome| metrics.of_attempt(Attempt { outcome: Some(outcome), visibility_failed: true }));
    let counts = deliveries.iter().map(|delivery| metrics.of(delivery, 1.0, true)).chain(attempts).chain([metrics.of_refresh_failure()]);
    let lines = counts.map(|counts| serde_json::to_value(counts.expect("metrics are on")).expect("JSON"));
    lines.flat_map(|line| line["_aws"]["CloudWatchMetrics"].as_array().cloned().expect("a list")).collect()
}

fn answer() -> Answer {
    Answer { status: 200, headers: Vec::new(), body: String::new() }
}
