//! Parameters and outputs, as seen by the person who deploys.

use regex::Regex;
use serde_json::{Value, json};

use crate::document::{find, keys, resources, template, text, yaml};

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
fn every_parameter_is_in_one_group() {
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
    // SAM offers no default for a NoEcho parameter, and repeats the prompt until it gets a value.
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

#[test]
fn a_delivery_url_has_https_and_no_user() {
    let pattern = template()["Parameters"]["DeliveryUrl"]["AllowedPattern"].as_str().expect("a pattern").to_owned();
    let pattern = Regex::new(&pattern).expect("a regular expression");
    for url in ["", "https://example.com", "https://example.com:8443/events?a=b@c", "https://example.com/@events"] {
        assert!(pattern.is_match(url), "{url}");
    }
    for url in ["http://example.com", "https://", "https://user:password@example.com/", "https://example.com/a b", "example.com"] {
        assert!(!pattern.is_match(url), "{url}");
    }
}

#[test]
fn an_arn_can_be_of_any_partition() {
    let template = template();
    for name in ["FallbackQueueArn", "KmsKeyArn", "PermissionsBoundaryArn"] {
        let pattern =
            Regex::new(template["Parameters"][name]["AllowedPattern"].as_str().expect("a pattern")).expect("a regular expression");
        for partition in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"] {
            assert!(pattern.is_match(&format!("arn:{partition}:sqs:eu-central-1:123456789012:chat-events.fifo")), "{name}: {partition}");
        }
        assert!(pattern.is_match("") && !pattern.is_match("chat-events"), "{name}");
    }
    for file in ["template.yaml", "fallback.yaml"] {
        let fixed: Vec<String> = text(file).lines().filter(|line| line.contains("arn:aws:")).map(str::to_owned).collect();
        assert!(fixed.is_empty(), "{file}: {fixed:?}");
    }
}

/// The longest queue name that SQS accepts.
const QUEUE_NAME: usize = 80;

#[test]
fn the_page_states_the_longest_stack_name() {
    let mut longest = 0;
    for (_, queue) in resources(&template(), "AWS::SQS::Queue") {
        let name = queue["Properties"]["QueueName"]["Fn::Sub"][0].as_str().expect("a name");
        // `Unique` stands for the first eight digits of an ID.
        let name = name.replace("${AWS::StackName}", "").replace("${Unique}", "01234567");
        longest = longest.max(name.len());
    }
    let sentence = format!("{} characters", QUEUE_NAME - longest);
    assert!(text("docs/operations.md").contains(&sentence), "docs/operations.md does not say: {sentence}");
}

/// The types whose tags CloudFormation sets. Tags on dashboards are a recent feature; the dashboard holds no data
/// and is deleted with its stack.
const TAGGED: [&str; 9] = [
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
];

/// The types that cannot be tagged, and the dashboard.
const NOT_TAGGED: [&str; 6] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::Logs::MetricFilter",
    "AWS::Route53::RecordSet",
    "AWS::SQS::QueuePolicy",
];

#[test]
fn everything_can_be_found_by_its_tag() {
    let (stack, key) = (json!({"Ref": "AWS::StackName"}), "chathooks");
    for file in ["template.yaml", "fallback.yaml"] {
        let template = yaml(file);
        for id in keys(&template["Resources"]) {
            let resource = &template["Resources"][id];
            let of_type = resource["Type"].as_str().expect("a type");
            let tags = match of_type {
                "AWS::Serverless::Function" => &template["Globals"]["Function"]["Tags"],
                _ => &resource["Properties"]["Tags"],
            };
            let is_tagged = *tags == json!({key: stack}) || *tags == json!([{"Key": key, "Value": stack}]);
            assert!(TAGGED.contains(&of_type) != NOT_TAGGED.contains(&of_type), "{file}: {of_type}");
            assert_eq!(is_tagged, TAGGED.contains(&of_type), "{file}: {id}");
        }
    }
}

#[test]
fn the_output_version_is_the_version_in_cargo_toml() {
    // All packages inherit it.
    assert_eq!(template()["Outputs"]["Version"]["Value"], json!(env!("CARGO_PKG_VERSION")), "see Release in docs/CONTRIBUTING.md");
}
