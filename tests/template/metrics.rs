//! The metrics that alarms and dashboard look at are those that the functions count, under the same names.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Value, json};
use shared::ingest::{Accepted, Delivery};
use shared::metrics::Metrics;
use shared::problem::{Answer, Rejection};
use shared::provider::Malformed;
use shared::queue::{NotQueued, QueueName, Receipt};
use shared::settings::Settings;
use shared::verify::Refusal;

use crate::document::{PROVIDERS, find, function, resources, template, text};

/// Every declaration in the lines of all kinds of deliveries: a namespace, dimensions and metrics.
fn declarations() -> Vec<Value> {
    let metrics = Metrics::new(&Settings::new(|_| None));
    let accepted = Accepted {
        event_ids: vec!["a".to_owned()],
        receipt: Some(Receipt { queue: QueueName::Fallback }),
        key_position: Some(0),
        unknown_fields: Some(Vec::new()),
        ..Accepted::default()
    };
    let rejected = |rejection| Delivery { answer: Answer::queued(None), rejection: Some(rejection), accepted: Accepted::default() };
    let deliveries = [
        Delivery { answer: Answer::queued(None), rejection: None, accepted },
        rejected(Rejection::Refused(Refusal::WrongToken, None)),
        rejected(Rejection::Malformed(Malformed::NotJson)),
        rejected(Rejection::NotQueued(NotQueued { code: "timeout".to_owned() })),
    ];
    let counts = deliveries.iter().map(|delivery| metrics.of(delivery, 1.0, true)).chain([metrics.of_refresh_failure()]);
    let lines = counts.map(|counts| serde_json::to_value(counts.expect("metrics are on")).expect("JSON"));
    lines.flat_map(|line| line["_aws"]["CloudWatchMetrics"].as_array().cloned().expect("a list")).collect()
}

fn counted(dimensions: &Value) -> BTreeSet<String> {
    let declarations = declarations();
    let of_these = declarations.iter().filter(|declaration| &declaration["Dimensions"][0] == dimensions);
    of_these.flat_map(|declaration| find(&declaration["Metrics"], "Name")).map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn namespace() -> String {
    declarations()[0]["Namespace"].as_str().expect("a namespace").to_owned()
}

fn service(name: &str) -> Value {
    json!({"Fn::Sub": format!("${{AWS::StackName}}-{name}")})
}

#[test]
fn each_function_is_a_service_of_its_stack() {
    let template = template();
    for name in PROVIDERS.iter().map(|provider| provider.name).chain(["worker"]) {
        assert_eq!(function(&template, name)["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"], service(name));
    }
}

#[test]
fn the_alarms_look_at_metrics_that_are_counted_of_every_provider() {
    let (template, namespace) = (template(), namespace());
    let counted = counted(&json!(["service"]));
    let mut looked_at = BTreeSet::new();
    for (id, alarm) in resources(&template, "AWS::CloudWatch::Alarm") {
        let metrics: Vec<&Value> = find(alarm, "Metric").into_iter().filter(|metric| metric["Namespace"] == namespace).collect();
        let names: BTreeSet<&str> = metrics.iter().filter_map(|metric| metric["MetricName"].as_str()).collect();
        for name in names {
            assert!(counted.contains(name), "{id}: nobody counts {name}");
            looked_at.insert(name.to_owned());
            let services: Vec<&Value> =
                metrics.iter().filter(|metric| metric["MetricName"] == name).map(|metric| &metric["Dimensions"][0]["Value"]).collect();
            assert_eq!(services, PROVIDERS.map(|provider| service(provider.name)).iter().collect::<Vec<_>>(), "{id}: {name}");
        }
    }
    assert_eq!(looked_at, ["EnqueueFailed", "FallbackUsed", "Received", "Refused", "SecretRefreshFailed"].map(str::to_owned).into());
}

#[test]
fn the_dashboard_looks_at_metrics_that_are_counted() {
    let template = template();
    let parts = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let body = parts[0].as_str().expect("a body");
    let search = Regex::new(r#"\{(\S+?)((?:,\w+)+)\} MetricName=(\(.+?\)|\S+) "#).expect("a regular expression");
    let quoted = Regex::new(r#"\\"(\w+)\\""#).expect("a regular expression");
    let mut searches = 0;
    for found in search.captures_iter(body).filter(|found| found[1] == namespace()) {
        searches += 1;
        let dimensions: Vec<&str> = found[2].split(',').skip(1).collect();
        for name in quoted.captures_iter(&found[3]) {
            assert!(counted(&json!(dimensions)).contains(&name[1]), "nobody counts {} by {dimensions:?}", &name[1]);
        }
    }
    assert_eq!(searches, body.matches(&format!("{{{},", namespace())).count(), "a search that this test cannot read");
    assert!(searches > 5, "{searches} searches");
    let services = parts[1]["Services"]["Fn::Sub"].as_str().expect("the services");
    for provider in PROVIDERS {
        assert!(services.contains(&format!(r#"\"${{AWS::StackName}}-{}\""#, provider.name)), "{}", provider.name);
    }
    for (id, _) in resources(&template, "AWS::CloudWatch::Alarm") {
        assert!(body.contains(&format!("\"${{{id}.Arn}}\"")), "{id} is not on the dashboard");
    }
}

#[test]
fn every_alarm_is_explained() {
    let operations = text("docs/operations.md");
    for (id, _) in resources(&template(), "AWS::CloudWatch::Alarm") {
        assert!(operations.contains(&format!("| `{id}` | ")), "docs/operations.md does not say what to do at {id}");
    }
}

#[test]
fn the_dashboard_is_json() {
    let template = template();
    let parts = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let filled = parts[0].as_str().expect("a body").replace("${Services}", parts[1]["Services"]["Fn::Sub"].as_str().expect("a text"));
    let filled = filled.replace("${Functions}", parts[1]["Functions"]["Fn::Sub"][0].as_str().expect("a text"));
    let body: Value = serde_json::from_str(&filled).expect("JSON");
    assert!(body["widgets"].as_array().is_some_and(|widgets| widgets.len() > 8));
}

#[test]
fn the_readme_names_what_is_counted() {
    let readme = text("README.md");
    let counted = counted(&json!(["service"]));
    for name in &counted {
        assert!(readme.contains(name.as_str()), "README.md does not name {name}");
    }
}
