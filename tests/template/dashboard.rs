//! The dashboard shows metrics that the code emits, and names no function.

use regex::Regex;
use serde_json::{Value, json};

use crate::code::{counted, namespace};
use crate::document::{function_id, resources, template};
use crate::metrics::{alarms_of, programs};

#[test]
fn the_dashboard_shows_metrics_that_the_code_emits() {
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
            assert!(counted(&dimensions).contains(&name[1]), "no function emits {} by {dimensions:?}", &name[1]);
        }
    }
    assert_eq!(searches, body.matches(&format!("{{{},", namespace())).count(), "a search that this test cannot parse");
    assert!(searches > 5, "{searches} searches");
}

#[test]
fn the_dashboard_shows_only_alarms_of_no_function_and_names_no_function() {
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
