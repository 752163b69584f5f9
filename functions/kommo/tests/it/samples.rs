//! Every sample of `events/kommo`, as its consumer gets it.

use serde_json::Value;
use testkit::contract::Identity;
use testkit::suite::samples;
use testkit::{Journey, Sample};

use crate::KOMMO;

#[tokio::test]
async fn every_sample_becomes_its_events() {
    let journey = Journey::start(&KOMMO, &[]).await;
    let all = testkit::samples("kommo");
    for sample in &all {
        let events = samples::deliver(&journey, &KOMMO, sample, identity).await;
        snapshot(sample, &events);
    }
    samples::assert_no_orphans(env!("CARGO_MANIFEST_DIR"), &all);
}

fn snapshot(sample: &Sample, events: &[Value]) {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!(sample.name.as_str(), events);
    });
}

/// v2: the message's own id. v1 has none, and most v1 bodies have a time in milliseconds.
fn identity(body: &Value) -> Identity {
    let outer = &body["message"];
    let ids = [&outer["message"]["id"], &outer["id"]];
    match ids.iter().find_map(|id| id.as_str()) {
        Some(id) => Identity::Given(id.to_owned()),
        None if body["msec_timestamp"].is_number() => Identity::Body,
        None => Identity::Fresh,
    }
}
