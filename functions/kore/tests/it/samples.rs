//! Every sample of `events/kore`, as its consumer gets it.

use serde_json::Value;
use testkit::contract::Identity;
use testkit::suite::samples;
use testkit::{Journey, Sample, Subject};

use crate::{CALLBACK, HOOKS};

const HOOKS_V2: Subject = Subject { root: "/kore/chatbot/v2/webhook", ..HOOKS };

#[tokio::test]
async fn every_sample_becomes_its_events() {
    let journey = Journey::start(&CALLBACK, &[]).await;
    let all = testkit::samples("kore");
    for sample in &all {
        let events = samples::deliver(&journey, role(sample), sample, identity).await;
        snapshot(sample, &events);
    }
    samples::assert_no_orphans(env!("CARGO_MANIFEST_DIR"), &all);
}

fn snapshot(sample: &Sample, events: &[Value]) {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!(sample.name.as_str(), events);
    });
}

/// v2 entries may have an id; nothing else has.
fn identity(body: &Value) -> Identity {
    let entry = body["data"].as_array().and_then(|entries| entries.first()).unwrap_or(body);
    entry["messageId"].as_str().map_or(Identity::Fresh, |id| Identity::Given(id.to_owned()))
}

/// The role by the sample's name. v2's path of the hooks is another one.
fn role(sample: &Sample) -> &'static Subject {
    match sample.name.split('-').take(2).collect::<Vec<_>>()[..] {
        ["callback", _] => &CALLBACK,
        ["hooks", "v2"] => &HOOKS_V2,
        _ => &HOOKS,
    }
}
