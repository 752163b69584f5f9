//! Every sample of `events/qikchat`, as its consumer gets it.

use serde_json::Value;
use testkit::contract::Identity;
use testkit::suite::samples;
use testkit::{Journey, Sample};

use crate::QIKCHAT;

#[tokio::test]
async fn every_sample_becomes_its_events() {
    let journey = Journey::start(&QIKCHAT, &[]).await;
    let all = testkit::samples("qikchat");
    for sample in &all {
        let events = samples::deliver(&journey, &QIKCHAT, sample, identity).await;
        snapshot(sample, &events);
    }
    samples::assert_no_orphans(env!("CARGO_MANIFEST_DIR"), &all);
}

fn snapshot(sample: &Sample, events: &[Value]) {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!(sample.name.as_str(), events);
    });
}

/// The id of the one message or status in a body or an element of it; a status's with its state.
fn identity(body: &Value) -> Identity {
    let places =
        ["/payload", "/message/payload", "/message", "/messages/0", "/statuses/0", "/statuses", "/entry/0/changes/0/value/messages/0", ""];
    let Some(item) = places.iter().filter_map(|place| body.pointer(place)).find(|item| item["id"].is_string()) else {
        return Identity::Fresh;
    };
    let id = item["id"].as_str().unwrap_or_default();
    match item["message"]["status"].as_str().or(item["status"].as_str()) {
        Some(state) => Identity::Given(format!("{id}:{}", state.to_lowercase())),
        None => Identity::Given(id.to_owned()),
    }
}
