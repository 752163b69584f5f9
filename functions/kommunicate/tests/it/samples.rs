//! Every sample of `events/kommunicate`, as its consumer gets it.

use serde_json::Value;
use testkit::contract::Identity;
use testkit::suite::samples;
use testkit::{Journey, Sample};

use crate::KOMMUNICATE;

#[tokio::test]
async fn every_sample_becomes_its_events() {
    let journey = Journey::start(&KOMMUNICATE, &[]).await;
    let all = testkit::samples("kommunicate");
    for sample in &all {
        let events = samples::deliver(&journey, &KOMMUNICATE, sample, identity).await;
        snapshot(sample, &events);
    }
    samples::assert_no_orphans(env!("CARGO_MANIFEST_DIR"), &all);
}

fn snapshot(sample: &Sample, events: &[Value]) {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!(sample.name.as_str(), events);
    });
}

fn identity(body: &Value) -> Identity {
    match (body["key"].as_str(), body["timeStamp"].is_number()) {
        (Some(key), _) => Identity::Given(key.to_owned()),
        (None, true) => Identity::Body,
        (None, false) => Identity::Fresh,
    }
}
