//! The events shown in the documentation are those that the pipeline creates from the bodies shown there.

use functions::PROVIDERS;
use serde_json::{Value, json};
use shared::event::CloudEvent;
use testkit::{Pipeline, demo_env, proof};

use crate::pages::Page;
use crate::python;

/// Returns the event in the README, and the event that the pipeline creates from its body.
fn readme() -> (Value, Value) {
    let page = Page::read("README.md");
    let shown: Value = serde_json::from_str(page.blocks("json")[0]).expect("JSON");
    let body = shown["data"]["original"]["body"].as_str().expect("a body");
    let mut made = json_of(&pipeline("kommo").events(shown["source"].as_str().expect("a source"), body.as_bytes())[0]);
    // Both depend on the request: the pipeline signs with its own secret and has no trace.
    let (_, secret) = demo_env().into_iter().find(|(name, _)| name == "KOMMO_SECRET").expect("a demo secret");
    made["data"]["original"]["signature"] = json!(proof::hmac_sha1(&secret, body.as_bytes()));
    made["traceparent"] = shown["traceparent"].clone();
    (shown, made)
}

#[test]
fn the_event_in_the_readme_matches_its_body() {
    let (shown, made) = readme();
    assert_eq!(shown, made);
    let schema = serde_json::from_str(&Page::read("docs/schema/event.schema.json").text).expect("JSON");
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON Schema");
    let problems: Vec<String> = schema.iter_errors(&shown).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn the_parts_on_the_page_match_its_request() {
    let page = Page::read("docs/event.md");
    let shown = page.blocks("json");
    let (request, parts) = shown.split_first().expect("a request and its parts");
    let made = pipeline("kommunicate").events("/kommunicate/shop", request.trim_end().as_bytes());
    let made: Vec<Value> = made.iter().map(json_of).collect();
    assert_eq!(made.iter().map(|event| event["data"]["original"]["body"].as_str().expect("a body")).collect::<Vec<_>>(), {
        parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>()
    });
    assert_eq!(made[1]["data"]["original"]["part"], json!({"index": 1, "count": 2}));
    assert!(page.text.contains("`{\"index\": 1, \"count\": 2}`"));
}

#[test]
fn the_pages_check_of_the_original_passes_and_can_fail() {
    let page = Page::read("docs/event.md");
    let check = page.blocks("python").into_iter().find(|block| block.contains("def still_proven")).expect("the check");
    let original = readme().0["data"]["original"].clone();
    let proven = |original: &Value| {
        let call =
            format!("{check}\nimport json\nprint(still_proven(json.loads({:?}), b'demo-kommo-channel-secret'))", original.to_string());
        python::print(&["-c", &call]).trim() == "True"
    };
    assert!(proven(&original));
    for (member, value) in [("body", json!("{}")), ("sha256", json!("00")), ("signature", json!("00")), ("signature", Value::Null)] {
        let mut changed = original.clone();
        changed[member] = value;
        assert!(!proven(&changed), "{member}");
    }
}

fn pipeline(name: &str) -> Pipeline {
    Pipeline::new(PROVIDERS.iter().find(|provider| provider.name == name).expect("a provider"))
}

fn json_of(event: &CloudEvent) -> Value {
    serde_json::to_value(event).expect("JSON")
}
