//! A changed parameter reaches the alias, because it is in the description of the version, which therefore is a new one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{find, function, template};

/// Returns the parameters that a value depends on, directly and through conditions.
fn parameters(template: &Value, value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in find(value, "Ref").into_iter().filter_map(Value::as_str) {
        if template["Parameters"].get(name).is_some() {
            found.insert(name.to_owned());
        }
    }
    let conditions = find(value, "Fn::If").into_iter().map(|parts| &parts[0]).chain(find(value, "Condition"));
    for condition in conditions.filter_map(Value::as_str) {
        found.extend(parameters(template, &template["Conditions"][condition]));
    }
    found
}

/// Returns the maximum length of a parameter's value.
fn longest(parameter: &Value) -> usize {
    let one_of = parameter["AllowedValues"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::len).max();
    let of_number = parameter["MaxValue"].as_u64().map(|most| most.to_string().len());
    let of_text = parameter["MaxLength"].as_u64().and_then(|most| usize::try_from(most).ok());
    one_of.or(of_number).or(of_text).unwrap_or(usize::MAX / 100)
}

#[test]
fn a_parameter_that_is_a_setting_creates_a_new_version() {
    let template = template();
    for provider in providers() {
        let function = function(&template, provider.name);
        let properties = &function["Properties"];
        assert_eq!((&properties["AutoPublishAlias"], &properties["AutoPublishAliasAllProperties"]), (&json!("live"), &json!(true)));
        let description = properties["VersionDescription"]["Fn::Sub"].as_str().expect("a description");
        let described: BTreeSet<String> =
            description.split(['$', '{', '}', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let mut settings = parameters(&template, &properties["Environment"]);
        // A new architecture means new code, which creates a version anyway.
        for global in ["MemorySize", "Tracing"] {
            settings.extend(parameters(&template, &template["Globals"]["Function"][global]));
        }
        // If the function exists only because of a single yes-or-no parameter, that parameter is not one of the
        // function's settings.
        let existence = parameters(&template, &json!({"Condition": function["Condition"]}));
        let is_a_switch = |name: &String| template["Parameters"][name]["AllowedValues"].as_array().map(Vec::len) == Some(2);
        settings.retain(|name| existence.len() > 1 || !existence.contains(name) || !is_a_switch(name));
        assert_eq!(described, settings, "{}", provider.name);
        // Lambda's limit.
        let length: usize = described.iter().map(|name| longest(&template["Parameters"][name]) + 1).sum();
        assert!(length <= 256, "{}: {length} characters", provider.name);
    }
}

#[test]
fn the_worker_runs_without_an_alias() {
    let template = template();
    assert_eq!(function(&template, "worker")["Properties"].get("AutoPublishAlias"), None);
    assert_eq!(template["Globals"]["Function"].get("AutoPublishAlias"), None);
    assert_eq!(template["Resources"]["WorkerTrigger"]["Properties"]["FunctionName"], json!({"Ref": "WorkerFunction"}));
}
