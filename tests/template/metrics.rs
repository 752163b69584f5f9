//! Alarms and dashboard look at metrics that the functions count, under the same names.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Value, json};

use crate::code::{counted, namespace, providers};
use crate::document::{find, function, function_id, resources, template, text};

/// The functions' own metrics that ring, of each provider. `Accepted` is what `Refused` is compared with.
const OF_A_SERVICE: [&str; 5] = ["Accepted", "EnqueueFailed", "FallbackUsed", "Refused", "SecretRefreshFailed"];

/// Lambda's metrics that ring, of each function.
const OF_A_FUNCTION: [&str; 2] = ["Errors", "Throttles"];

fn programs() -> Vec<&'static str> {
    providers().into_iter().map(|provider| provider.name).chain(["worker"]).collect()
}

fn service(program: &str) -> Value {
    json!({"Fn::Sub": format!("${{AWS::StackName}}-{program}")})
}

/// The alarms on metrics with this one dimension, and the names of those metrics.
fn alarms_on<'t>(template: &'t Value, namespace: &str, dimension: &Value) -> Vec<(&'t str, Vec<&'t str>)> {
    let name = |metric: &'t Value| metric["MetricName"].as_str().expect("a name");
    let is_on = |metric: &&Value| metric["Namespace"] == namespace && metric["Dimensions"] == json!([dimension]);
    let alarms = resources(template, "AWS::CloudWatch::Alarm").into_iter();
    let found = alarms.map(|(id, alarm)| {
        let metrics = find(alarm, "Metric").into_iter().chain([&alarm["Properties"]]);
        (id, metrics.filter(is_on).map(name).collect::<Vec<_>>())
    });
    found.filter(|(_, names)| !names.is_empty()).collect()
}

fn alarms_of<'t>(template: &'t Value, program: &str) -> Vec<(&'t str, Vec<&'t str>)> {
    let of_lambda = json!({"Name": "FunctionName", "Value": {"Ref": function_id(template, program)}});
    let own = json!({"Name": "service", "Value": service(program)});
    [alarms_on(template, "AWS/Lambda", &of_lambda), alarms_on(template, &namespace(), &own)].concat()
}

#[test]
fn each_function_is_a_service_of_its_stack() {
    let template = template();
    for name in programs() {
        assert_eq!(function(&template, name)["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"], service(name));
    }
}

#[test]
fn each_function_has_its_alarms() {
    let template = template();
    for name in programs() {
        let of_a_service = if name == "worker" { &[][..] } else { &OF_A_SERVICE };
        let expected: BTreeSet<&str> = OF_A_FUNCTION.iter().chain(of_a_service).copied().collect();
        let alarms = alarms_of(&template, name);
        assert_eq!(alarms.iter().flat_map(|(_, metrics)| metrics.clone()).collect::<BTreeSet<_>>(), expected, "{name}");
        for (id, _) in alarms {
            assert_eq!(template["Resources"][id]["Condition"], function(&template, name)["Condition"], "{id}");
        }
    }
}

#[test]
fn an_alarm_on_a_functions_own_metrics_looks_at_what_it_counts() {
    let counted = counted(&["service"]);
    for name in OF_A_SERVICE {
        assert!(counted.contains(name), "nobody counts {name}");
    }
    let template = template();
    let known = providers()
        .iter()
        .map(|provider| alarms_on(&template, &namespace(), &json!({"Name": "service", "Value": service(provider.name)})).len())
        .sum::<usize>();
    let all = resources(&template, "AWS::CloudWatch::Alarm").into_iter();
    let own = all.filter(|(_, alarm)| find(alarm, "Namespace").contains(&&json!(namespace())));
    assert_eq!(own.count(), known, "an alarm on nobody's metrics");
}

#[test]
fn a_deployment_is_rolled_back_by_its_own_functions_alarms() {
    let template = template();
    for provider in providers() {
        let alarms = alarms_of(&template, provider.name);
        let rolls_back = |metric| alarms.iter().find(|(_, metrics)| *metrics == [metric]).map(|(id, _)| json!({"Ref": id}));
        let expected = ["Errors", "EnqueueFailed"].map(rolls_back);
        assert_eq!(
            function(&template, provider.name)["Properties"]["DeploymentPreference"]["Alarms"],
            json!(expected),
            "{}",
            provider.name
        );
    }
}

#[test]
fn the_dashboard_looks_at_metrics_that_are_counted() {
    let template = template();
    let body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0].as_str().expect("a body");
    let search = Regex::new(r#"\{(\S+?)((?:,\w+)+)\} MetricName=(\(.+?\)|\S+) (\w+)=\(\$\{Words\}\)'"#).expect("a regular expression");
    let quoted = Regex::new(r#"\\"(\w+)\\""#).expect("a regular expression");
    let mut searches = 0;
    for found in search.captures_iter(body).filter(|found| found[1] == namespace()) {
        searches += 1;
        assert_eq!(&found[4], "service");
        let dimensions: Vec<&str> = found[2].split(',').skip(1).collect();
        for name in quoted.captures_iter(&found[3]) {
            assert!(counted(&dimensions).contains(&name[1]), "nobody counts {} by {dimensions:?}", &name[1]);
        }
    }
    assert_eq!(searches, body.matches(&format!("{{{},", namespace())).count(), "a search that this test cannot read");
    assert!(searches > 5, "{searches} searches");
}

#[test]
fn the_dashboard_shows_the_alarms_that_are_nobodys_and_names_no_function() {
    let template = template();
    let body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"].to_string();
    let of_functions: Vec<&str> = programs().iter().flat_map(|name| alarms_of(&template, name)).map(|(id, _)| id).collect();
    for (id, _) in resources(&template, "AWS::CloudWatch::Alarm") {
        assert_ne!(body.contains(&format!("${{{id}.Arn}}")), of_functions.contains(&id), "{id}");
    }
    for name in programs() {
        assert!(!body.contains(&format!("-{name}")) && !body.contains(function_id(&template, name)), "{name}");
    }
}

#[test]
fn the_dashboard_is_json() {
    let template = template();
    let parts = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    assert_eq!(parts[1]["Words"], json!({"Fn::Join": [" AND ", {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}));
    let body: Value = serde_json::from_str(parts[0].as_str().expect("a body")).expect("JSON");
    assert!(body["widgets"].as_array().is_some_and(|widgets| widgets.len() > 8));
}

#[test]
fn every_alarm_has_its_row_and_every_row_its_alarm() {
    let template = template();
    let mut expected: BTreeSet<String> = resources(&template, "AWS::CloudWatch::Alarm").into_iter().map(|(id, _)| id.to_owned()).collect();
    // One row for the alarms of all functions, under their names without the function's.
    for name in programs() {
        let prefix = function_id(&template, name).strip_suffix("Function").expect("a function's id");
        for (id, _) in alarms_of(&template, name) {
            expected.remove(id);
            expected.insert(format!("…{}", id.strip_prefix(prefix).expect("an alarm's id")));
        }
    }
    let operations = text("docs/operations.md");
    let names = operations.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("Alarm` | "));
    assert_eq!(names.map(|(name, _)| format!("{name}Alarm")).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_readme_names_what_is_counted() {
    let readme = text("README.md");
    for name in counted(&["service"]) {
        assert!(readme.contains(&name), "README.md does not name {name}");
    }
}
