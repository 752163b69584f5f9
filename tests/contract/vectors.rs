//! The verification vectors, run through the webhooks' own endpoints by way of a Lambda event and its path.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use functions::PROVIDERS;
use serde_json::{Value, json};
use shared::http_event::HttpEvent;
use shared::provider::{Provider, Webhook};
use shared::received::Received;
use shared::route::{self, Prefix};
use shared::settings::Settings;
use shared::timestamp::Timestamp;
use testkit::workspace;

use crate::pages::Page;
use crate::python;

#[test]
fn every_vector_has_its_verdict() {
    let mut differences = Vec::new();
    for name in files() {
        for vector in vectors(&name) {
            let expected = ["channel", "verdict", "reason", "key_position"].map(|field| vector[field].clone());
            let actual = judge(&name, &vector);
            if actual != expected {
                differences.push(format!("{name} {}: {actual:?} instead of {expected:?}", vector["id"]));
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_files_match_the_published_schema() {
    let schema = read("schema");
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON Schema");
    for name in files() {
        let file = read(&name);
        let problems: Vec<String> = schema.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        assert_eq!(file["count"], vectors(&name).len());
    }
}

#[test]
fn the_files_match_the_generator() {
    python::print(&["docs/vectors/generator", "--check"]);
}

#[test]
fn every_reason_in_the_schema_has_vectors() {
    let mut reasons: Vec<Value> = files().iter().flat_map(|name| vectors(name)).map(|vector| vector["reason"].clone()).collect();
    reasons.sort_by_key(Value::to_string);
    reasons.dedup();
    let mut stated = read("schema")["$defs"]["Vector"]["properties"]["reason"]["enum"].as_array().expect("reasons").clone();
    stated.sort_by_key(Value::to_string);
    assert_eq!(reasons, stated);
}

#[test]
fn the_pages_checker_passes_and_can_fail() {
    let page = Page::read("docs/vectors/README.md");
    let program = page.blocks("python")[0];
    let agreed = format!("{} vectors, 0 differences\n", vectors("kommo").len());
    assert_eq!(python::print(&["-c", program, "docs/vectors/kommo.json"]), agreed);
    assert!(page.text.contains(&format!("\n```\n{agreed}```\n")));

    // Variants that ignore the newline that Kommo does not sign, and every key except the newest.
    for (good, bad) in [(r#"(body, body.rstrip(b"\r\n"))"#, "(body,)"), ("in keys for", "in keys[:1] for")] {
        assert!(program.contains(good));
        let output = python::run(&["-c", &program.replace(good, bad), "docs/vectors/kommo.json"]);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(1) && !printed.contains(" 0 differences"), "{printed}");
    }
}

#[test]
fn the_pages_state_the_number_of_vectors() {
    let page = Page::read("docs/vectors/README.md").text;
    let mut sum = 0;
    for name in files() {
        let count = vectors(&name).len();
        let is_row = |line: &str| line.starts_with(&format!("| [`{name}.json`]")) && line.ends_with(&format!("| {count} |"));
        assert!(page.lines().any(is_row), "{name}: {count}");
        let provider = Page::read(&format!("docs/providers/{}.md", webhook(&name).0.name));
        assert!(provider.text.contains(&format!("[{count} vectors](../vectors/{name}.json)")), "{name}: {count}");
        sum += count;
    }
    assert!(page.contains(&format!("\n{sum} requests in JSON")), "{sum}");
}

/// Returns the channel, verdict, reason and key position.
fn judge(name: &str, vector: &Value) -> [Value; 4] {
    let (provider, webhook) = webhook(name);
    let settings = Settings::new(|setting| (setting == webhook.keyring).then(|| vector["keyring"].to_string()));
    let endpoint = provider.endpoints(&settings).expect("a keyring").remove(0);
    let request = received(vector);
    let route = route::find(std::iter::once(webhook), &request.path, Prefix::Required).expect("a path of this webhook");
    let now = Timestamp::from_millis(vector["now"].as_i64().expect("seconds") * 1000).expect("in range");
    match endpoint.verify(&request, route.channel.as_deref(), now) {
        Ok(verified) => [json!(route.channel), json!("valid"), Value::Null, json!(verified.key_position())],
        Err(refusal) => [json!(route.channel), json!("invalid"), json!(refusal.reason()), Value::Null],
    }
}

/// Returns the webhook of a file: `kore-hooks` is `kore hooks`.
fn webhook(name: &str) -> (&'static Provider, &'static Webhook) {
    let webhooks = PROVIDERS.iter().flat_map(|provider| provider.webhooks.iter().map(move |webhook| (*provider, webhook)));
    let named = |(_, webhook): &(&Provider, &Webhook)| webhook.name.replace(' ', "-") == name;
    webhooks.into_iter().find(named).unwrap_or_else(|| panic!("{name} is not a webhook"))
}

/// Returns the request as the pipeline gets it from the event; headers with the same name are joined as API Gateway
/// joins them.
fn received(vector: &Value) -> Received {
    let mut headers = BTreeMap::<String, String>::new();
    for header in vector["headers"].as_array().expect("headers") {
        let (name, value) = (header[0].as_str().expect("a name"), header[1].as_str().expect("a value"));
        let joined = headers.get(name).map_or_else(|| value.to_owned(), |first| format!("{first},{value}"));
        headers.insert(name.to_owned(), joined);
    }
    let body = vector["body"].as_str().expect("base64");
    let event = match &vector["event"] {
        Value::Null => json!({"body": body, "isBase64Encoded": true}),
        event => event.clone(),
    };
    let context = json!({"http": {"method": "POST"}});
    let event = json!({"rawPath": vector["path"], "headers": headers, "requestContext": context, "body": event["body"], "isBase64Encoded": event["isBase64Encoded"]});
    let request = serde_json::from_value::<HttpEvent>(event).expect("an event").into_received("vector".to_owned(), None);
    assert_eq!(request.body, STANDARD.decode(body).expect("base64"), "{vector}");
    request
}

/// Returns the names of the published files.
fn files() -> Vec<String> {
    let entries = fs::read_dir(workspace().join("docs/vectors")).expect("docs/vectors").map(|entry| entry.expect("an entry").file_name());
    let names = entries.filter_map(|name| name.to_str()?.strip_suffix(".json").map(str::to_owned));
    let mut names: Vec<String> = names.filter(|name| name != "schema").collect();
    names.sort();
    assert!(!names.is_empty(), "no vectors");
    names
}

fn vectors(name: &str) -> Vec<Value> {
    read(name)["vectors"].as_array().expect("vectors").clone()
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(workspace().join(format!("docs/vectors/{name}.json"))).expect("a file of docs/vectors");
    serde_json::from_str(&text).expect("JSON")
}
