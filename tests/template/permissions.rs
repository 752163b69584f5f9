//! Each function may do what its code does, and nothing else.

use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{find, function, resources, template, yaml};

/// Every statement of these policies, whether or not a condition stands before it.
fn statements(policies: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    collect(policies, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(members) if members.contains_key("Effect") => found.push(value.clone()),
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn if_set(condition: &str, value: &Value) -> Value {
    json!({"Fn::If": [condition, value, {"Ref": "AWS::NoValue"}]})
}

#[test]
fn a_provider_sends_to_the_queues_and_reads_its_own_keyrings() {
    let template = template();
    for provider in providers() {
        let properties = &function(&template, provider.name)["Properties"];
        let policies = properties["Policies"].as_array().expect("policies");
        assert_eq!(policies[0], json!({"Ref": "EnqueuePolicy"}), "{}", provider.name);
        let [statement] = statements(&properties["Policies"]).try_into().expect("one statement of its own");
        assert_eq!((&statement["Effect"], &statement["Action"]), (&json!("Allow"), &json!("secretsmanager:GetSecretValue")));
        // The secrets that its variables name, and no other.
        let mut named: Vec<&Value> = Vec::new();
        for keyring in &provider.keyrings {
            named.extend(find(&properties["Environment"]["Variables"][format!("{keyring}_ARN")], "Ref"));
        }
        let mut permitted = find(&statement["Resource"], "Ref");
        permitted.retain(|reference| *reference != "AWS::NoValue");
        assert_eq!(permitted, named, "{}", provider.name);
        assert_eq!(properties.get("Role"), None, "{}", provider.name);
    }
    let expected = [
        json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": [
            {"Fn::GetAtt": ["Queue", "Arn"]},
            {"Fn::GetAtt": ["QuarantineQueue", "Arn"]},
            if_set("HasFallback", &json!({"Ref": "FallbackQueueArn"})),
        ]}),
        json!({"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": [
            if_set("HasKmsKey", &json!({"Ref": "KmsKeyArn"})),
            if_set("HasFallbackKmsKey", &json!({"Ref": "FallbackKmsKeyArn"})),
        ]}),
    ];
    assert_eq!(statements(&template["Resources"]["EnqueuePolicy"]), expected);
}

#[test]
fn the_worker_takes_from_its_queue() {
    let template = template();
    let expected = [
        json!({"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
               "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}),
        json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Ref": "KmsKeyArn"}}),
    ];
    assert_eq!(statements(&function(&template, "worker")["Properties"]["Policies"]), expected);
    let trigger = &template["Resources"]["WorkerTrigger"]["Properties"];
    assert_eq!(trigger["EventSourceArn"], json!({"Fn::GetAtt": ["Queue", "Arn"]}));
    assert_eq!(trigger["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
}

#[test]
fn nobody_else_may_do_anything() {
    let template = template();
    let functions = resources(&template, "AWS::Serverless::Function");
    let of_functions: usize = functions.iter().map(|(_, function)| statements(&function["Properties"]["Policies"]).len()).sum();
    let all = statements(&template["Resources"]);
    let allowed = all.iter().filter(|statement| statement["Effect"] == "Allow").count();
    assert_eq!(allowed, of_functions + 2, "an Allow outside of the functions and EnqueuePolicy");
    let managed = resources(&template, "AWS::IAM::Role").len() + resources(&template, "AWS::IAM::ManagedPolicy").len();
    assert_eq!(managed, 1, "a role or a policy beside EnqueuePolicy");
}

#[test]
fn every_queue_takes_tls_only() {
    for file in ["template.yaml", "fallback.yaml"] {
        let template = yaml(file);
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
                          "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        let guarded = resources(&template, "AWS::SQS::QueuePolicy").into_iter().filter(|(_, policy)| statements(policy) == [deny.clone()]);
        let guarded: Vec<Value> =
            guarded.flat_map(|(_, policy)| policy["Properties"]["Queues"].as_array().cloned().unwrap_or_default()).collect();
        for (id, _) in resources(&template, "AWS::SQS::Queue") {
            assert!(guarded.contains(&json!({"Ref": id})), "{file}: {id}");
        }
    }
}
