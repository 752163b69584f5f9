//! Parameters and outputs, as the person sees them who deploys.

use serde_json::Value;

use crate::document::{find, keys, yaml};

#[test]
fn every_parameter_and_output_is_described() {
    for file in ["template.yaml", "fallback.yaml"] {
        let template = yaml(file);
        for section in ["Parameters", "Outputs"] {
            for name in keys(&template[section]) {
                let description = template[section][name]["Description"].as_str().unwrap_or_default();
                assert!(description.len() > 10, "{file}: {name}");
            }
        }
    }
}

#[test]
fn every_parameter_stands_in_one_group() {
    for file in ["template.yaml", "fallback.yaml"] {
        let template = yaml(file);
        let groups = find(&template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"], "Parameters");
        let mut grouped: Vec<&str> = groups.iter().filter_map(|group| group.as_array()).flatten().filter_map(Value::as_str).collect();
        grouped.sort_unstable();
        let mut declared = keys(&template["Parameters"]);
        declared.sort_unstable();
        assert_eq!(grouped, declared, "{file}");
    }
}

#[test]
fn no_parameter_is_a_secret() {
    // SAM offers no default for one that is not shown, and so asks until it gets a value.
    for file in ["template.yaml", "fallback.yaml"] {
        assert!(find(&yaml(file)["Parameters"], "NoEcho").is_empty(), "{file}");
    }
}

#[test]
fn every_parameter_has_a_default() {
    for file in ["template.yaml", "fallback.yaml"] {
        let template = yaml(file);
        for name in keys(&template["Parameters"]) {
            assert!(template["Parameters"][name].get("Default").is_some(), "{file}: {name}");
        }
    }
}
