//! The verification vectors, run through each provider's own `verify`, by way of the Lambda event and the path.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::function::{Function, Webhook};
use shared::http_event::HttpEvent;
use shared::received::Received;
use shared::route;
use shared::settings::Settings;
use shared::timestamp::Timestamp;
use testkit::workspace;

use crate::python;

/// Each file and the webhook that it is about.
const FILES: [(&str, &Function, usize); 5] = [
    ("kommo", &kommo::FUNCTION, 0),
    ("kommunicate", &kommunicate::FUNCTION, 0),
    ("kore-callback", &kore::FUNCTION, 0),
    ("kore-hooks", &kore::FUNCTION, 1),
    ("qikchat", &qikchat::FUNCTION, 0),
];

#[test]
fn every_vector_has_its_verdict() {
    let mut differences = Vec::new();
    for (name, function, webhook) in FILES {
        for vector in vectors(name) {
            let expected = ["channel", "verdict", "reason", "key_position"].map(|field| vector[field].clone());
            let actual = judge(&function.webhooks[webhook], &vector);
            if actual != expected {
                differences.push(format!("{name} {}: {actual:?} in place of {expected:?}", vector["id"]));
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_files_are_of_the_published_form() {
    let schema = read("schema.json");
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON Schema");
    for (name, ..) in FILES {
        let file = read(&format!("{name}.json"));
        let problems: Vec<String> = schema.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        assert_eq!(file["count"], vectors(name).len());
    }
}

#[test]
fn the_files_are_as_generated() {
    python::print(&["docs/vectors/generator", "--check"]);
}

/// Channel, verdict, reason and key position.
fn judge(webhook: &Webhook, vector: &Value) -> [Value; 4] {
    let keyring = vector["keyring"].to_string();
    let settings = Settings::new(|name| (name == webhook.keyring).then(|| keyring.clone()));
    let signer = (webhook.from_settings)(&settings).expect("a keyring").expect("a sender");
    let request = received(vector);
    let segments = route::segments(&request.path).expect("a path");
    let channel = signer.route(&segments[1..]).expect("a path of this webhook").and_then(route::decode);
    let now = Timestamp::from_millis(vector["now"].as_i64().expect("seconds") * 1000).expect("in range");
    match signer.verify(&request, channel.as_deref(), now) {
        Ok(proof) => [json!(channel), json!("valid"), Value::Null, json!(proof.key_position())],
        Err(refusal) => [json!(channel), json!("invalid"), json!(refusal.reason()), Value::Null],
    }
}

/// The request as the pipeline gets it: from the event, headers of one name joined as API Gateway joins them.
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

fn vectors(name: &str) -> Vec<Value> {
    read(&format!("{name}.json"))["vectors"].as_array().expect("vectors").clone()
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(workspace().join("docs/vectors").join(name)).expect("a file of vectors/");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_checker_of_the_page_works_and_can_fail() {
    let page = fs::read_to_string(workspace().join("docs/vectors/README.md")).expect("the page");
    let (_, rest) = page.split_once("```python\n").expect("a program");
    let (program, _) = rest.split_once("```").expect("its end");
    assert_eq!(python::print(&["-c", program, "docs/vectors/kommo.json"]), "94 vectors, 0 differences\n");

    // Blind to the newline that Kommo does not sign, and to every key but the newest.
    for (good, bad) in [(r#"(body, body.rstrip(b"\r\n"))"#, "(body,)"), ("in keys for", "in keys[:1] for")] {
        assert!(program.contains(good));
        let output = python::run(&["-c", &program.replace(good, bad), "docs/vectors/kommo.json"]);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(1) && !printed.contains(" 0 differences"), "{printed}");
    }
}

#[test]
fn the_pages_count_the_vectors() {
    let page = fs::read_to_string(workspace().join("docs/vectors/README.md")).expect("the page");
    let counts: Vec<usize> = FILES.iter().map(|(name, ..)| vectors(name).len()).collect();
    for ((name, ..), count) in FILES.iter().zip(&counts) {
        assert!(
            page.lines().any(|line| line.starts_with(&format!("| [`{name}.json`]")) && line.ends_with(&format!("| {count} |"))),
            "{name}: {count}"
        );
    }
    let pages = ["kommo", "kommunicate", "kore", "qikchat"]
        .map(|name| fs::read_to_string(workspace().join(format!("docs/providers/{name}.md"))).expect("a page"));
    let pages = pages.concat();
    for ((name, ..), count) in FILES.iter().zip(&counts) {
        assert!(pages.contains(&format!("[{count} vectors](../vectors/{name}.json)")), "{name}: {count}");
    }
    assert!(page.contains(&format!("\n{} requests in JSON", counts.iter().sum::<usize>())));
}
