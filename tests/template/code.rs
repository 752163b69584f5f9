//! What the code says about itself: the one file here that knows how it says it.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::function::Function;
use shared::ingest::{Accepted, Delivery};
use shared::metrics::Metrics;
use shared::problem::{Answer, Rejection};
use shared::provider::Malformed;
use shared::queue::{FALLBACK, NotQueued, Receipt};
use shared::route;
use shared::settings::{ACK_BUDGET_MS, SECRETS_MANAGER_TTL, Settings};
use shared::verify::Refusal;

use crate::document::{find, text};

/// A provider's static data, as far as the template depends on it.
pub(crate) struct Provider {
    /// The name of its folder, package and binary.
    pub(crate) name: &'static str,
    /// The settings with its keyrings.
    pub(crate) keyrings: Vec<&'static str>,
    /// Its settings besides, with those that accept every caller.
    pub(crate) settings: Vec<&'static str>,
    /// The paths that it receives webhooks at, with parameters in braces.
    pub(crate) paths: BTreeSet<String>,
    function: &'static Function,
}

/// Settings and metrics that the template has before the code does.
pub(crate) const AHEAD_OF_THE_CODE: [&str; 2] = ["BASE_PATH", "Rejected"];

/// The largest body of a queue's message, in bytes.
pub(crate) use shared::queue::MAX_BYTES;

/// Returns every provider.
pub(crate) fn providers() -> Vec<Provider> {
    [&kommo::FUNCTION, &kommunicate::FUNCTION, &kore::FUNCTION, &qikchat::FUNCTION].map(Provider::new).into()
}

impl Provider {
    fn new(function: &'static Function) -> Self {
        let webhooks = function.webhooks.iter();
        let mut provider = Self {
            name: function.name,
            keyrings: webhooks.clone().map(|webhook| webhook.keyring).collect(),
            settings: function.settings.iter().copied().chain(webhooks.clone().filter_map(|webhook| webhook.waiver)).collect(),
            paths: webhooks.map(|webhook| webhook.path.to_owned()).collect(),
            function,
        };
        let without_channel = format!("/{}", provider.name);
        if provider.has(&without_channel) {
            provider.paths.insert(without_channel);
        }
        provider
    }

    /// Whether it receives webhooks at this path, the first parameter of which is the channel.
    pub(crate) fn has(&self, path: &str) -> bool {
        let settings = Settings::new(|name| self.keyrings.contains(&name).then(|| "a:b".to_owned()));
        let senders = self.function.senders(&settings).expect("settings");
        let segments = route::segments(path).expect("a path");
        let channel = segments.iter().find(|segment| segment.starts_with('{')).copied();
        segments[0] == self.name && senders.iter().any(|sender| sender.signer.route(&segments[1..]) == Some(channel))
    }

    /// Whether its function starts with these keyrings, all of them set.
    pub(crate) fn starts_with(&self, keyring: impl Fn(&str) -> String + Send + Sync) -> bool {
        let settings = Settings::new(|name| self.keyrings.contains(&name).then(|| keyring(name)));
        self.function.senders(&settings).is_ok_and(|senders| senders.len() == self.keyrings.len())
    }
}

/// Returns the constants of `shared/src/settings.rs`, read from its text: one that these tests have not heard of counts, too.
pub(crate) fn shared_settings() -> BTreeSet<String> {
    let source = text("shared/src/settings.rs");
    let constants = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = "));
    constants.map(|(name, _)| name.to_owned()).collect()
}

/// Whether this is a number of milliseconds that the code takes as its ack budget.
pub(crate) fn is_ack_budget(millis: &str) -> bool {
    Settings::new(|_| Some(millis.to_owned())).millis(ACK_BUDGET_MS).is_ok()
}

/// Whether this is a number of seconds that the code takes as the time to live of a secret.
pub(crate) fn is_time_to_live(seconds: &str) -> bool {
    Settings::new(|_| Some(seconds.to_owned())).seconds(SECRETS_MANAGER_TTL).is_ok()
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

/// Every declaration in the lines of all kinds of deliveries: a namespace, dimensions and metrics.
fn declarations() -> Vec<Value> {
    let metrics = Metrics::new(&Settings::new(|_| None));
    let accepted = Accepted {
        event_ids: vec!["a".to_owned()],
        receipt: Some(Receipt { queue: FALLBACK }),
        key_position: Some(0),
        unknown_fields: Some(Vec::new()),
        ..Accepted::default()
    };
    let rejected = |rejection| Delivery { answer: Answer::queued(None), rejection: Some(rejection), accepted: Accepted::default() };
    let deliveries = [
        Delivery { answer: Answer::queued(None), rejection: None, accepted },
        rejected(Rejection::NotFound),
        rejected(Rejection::Refused(Refusal::WrongToken, None)),
        rejected(Rejection::Malformed(Malformed::NotJson)),
        rejected(Rejection::NotQueued(NotQueued { code: "timeout".to_owned() })),
    ];
    let counts = deliveries.iter().map(|delivery| metrics.of(delivery, 1.0, true)).chain([metrics.of_refresh_failure()]);
    let lines = counts.map(|counts| serde_json::to_value(counts.expect("metrics are on")).expect("JSON"));
    lines.flat_map(|line| line["_aws"]["CloudWatchMetrics"].as_array().cloned().expect("a list")).collect()
}

#[test]
fn the_code_is_behind_where_the_tests_say_so() {
    for name in AHEAD_OF_THE_CODE {
        assert!(!shared_settings().contains(name) && !counted(&["service"]).contains(name), "{name} is no longer ahead of the code");
    }
}
