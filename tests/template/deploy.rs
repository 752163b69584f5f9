//! `sam deploy` as a user runs it, up to the request to CloudFormation.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{keys, path, template, yaml};

/// Runs `sam deploy` on a copy of the template; see deploy.py.
fn deploy(arguments: &[&str]) -> Value {
    let python = path(".venv/bin/python");
    let output = Command::new(python).arg(path("tests/template/deploy.py")).args(arguments).output().expect("Python of .venv");
    let text = String::from_utf8_lossy(&output.stdout);
    let outcome: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(outcome["code"], 0, "{}", outcome["output"].as_str().unwrap_or_default());
    outcome
}

#[test]
fn one_command_deploys_without_a_prompt() {
    let outcome = deploy(&["plain", "--parameter-overrides", "Kommo=enabled"]);
    assert_eq!(keys(&outcome["stacks"]), ["chathooks"]);
    let request = &outcome["stacks"]["chathooks"];
    // All other parameters keep their defaults, or after the first deployment their last values.
    assert_eq!(request["parameters"], json!({"Kommo": "enabled"}));
    assert_eq!(request["capabilities"], "CAPABILITY_IAM");
    let text = request["template"].as_str().expect("a template");
    assert!(text.contains("Transform: AWS::Serverless-2016-10-31") && !text.contains("*alarm"), "anchors are not expanded: {text}");
    assert!(!text.contains("CodeUri: functions/"), "the code is not uploaded");
}

#[test]
fn guided_deployment_needs_input_only_for_the_providers() {
    let outcome = deploy(&["guided", "Kommo", "Qikchat"]);
    let template = template();
    let defaults = keys(&template["Parameters"]).into_iter().map(|name| {
        let default = &template["Parameters"][name]["Default"];
        (name, default.as_str().map_or_else(|| default.to_string(), str::to_owned))
    });
    let mut expected: BTreeMap<&str, String> = defaults.collect();
    expected.extend(["Kommo", "Qikchat"].map(|name| (name, "enabled".to_owned())));
    let request = &outcome["stacks"]["chathooks"];
    assert_eq!(request["parameters"], json!(expected));
    assert_eq!(request["capabilities"], "CAPABILITY_IAM");
    // Each is prompted for once, and there are no more prompts than a person reads.
    let asked = outcome["asked"].as_array().expect("a list");
    assert_eq!(asked.len(), expected.len(), "{asked:?}");
    assert!(asked.len() <= 28 + providers().len(), "{} prompts", asked.len());
}

#[test]
fn the_fallback_has_its_own_section() {
    let outcome = deploy(&["plain", "--config-env", "fallback", "--region", "eu-central-1"]);
    assert_eq!(keys(&outcome["stacks"]), ["chathooks-fallback"]);
    let request = &outcome["stacks"]["chathooks-fallback"];
    assert_eq!(request["parameters"], json!({}));
    let description = yaml("fallback.yaml")["Description"].as_str().expect("a description").to_owned();
    assert!(request["template"].as_str().is_some_and(|text| text.contains(&description)), "{request}");
}
