//! Each function may do what its code does, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{find, function, resources, template, text, yaml};

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
        json!({"Effect": "Allow",
               "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
               "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}),
        json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}}),
        json!({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [{"Ref": "DeliverySecret"}]}),
        json!({"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": {"Ref": "KmsKeyArn"}}),
    ];
    assert_eq!(statements(&function(&template, "worker")["Properties"]["Policies"]), expected);
    let trigger = &template["Resources"]["WorkerTrigger"]["Properties"];
    assert_eq!(trigger["EventSourceArn"], json!({"Fn::GetAtt": ["Queue", "Arn"]}));
    assert_eq!(trigger["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    // The same queues as those that it may change and send to.
    let variables = &function(&template, "worker")["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["QUEUE_URL"], json!({"Ref": "Queue"}));
    assert_eq!(variables["DEAD_LETTER_QUEUE_URL"], json!({"Ref": "DeadLetterQueue"}));
    assert_eq!(variables["DELIVERY_SECRET_ARN"], json!({"Fn::If": ["HasDelivery", {"Ref": "DeliverySecret"}, ""]}));
}

/// What a call of the SDKs, or a request made by hand, needs.
const ACTIONS: [(&str, &str); 5] = [
    (".send_message()", "sqs:SendMessage"),
    (".send_message_batch()", "sqs:SendMessage"),
    (".change_message_visibility()", "sqs:ChangeMessageVisibility"),
    (".change_message_visibility_batch()", "sqs:ChangeMessageVisibility"),
    ("secretsmanager.GetSecretValue", "secretsmanager:GetSecretValue"),
];

/// The actions that these sources need.
fn needed(sources: &[&str]) -> BTreeSet<&'static str> {
    let texts: Vec<String> = sources.iter().map(|source| text(source)).collect();
    let is_called = |call: &str| texts.iter().any(|text| text.contains(call));
    ACTIONS.into_iter().filter(|(call, _)| is_called(call)).map(|(_, action)| action).collect()
}

#[test]
fn the_worker_may_make_its_own_calls_and_its_triggers() {
    let template = template();
    let policies = &function(&template, "worker")["Properties"]["Policies"];
    let action = |action: &Value| action.as_str().expect("an action").to_owned();
    let actions = find(policies, "Action").into_iter().flat_map(|actions| match actions {
        Value::Array(actions) => actions.iter().map(action).collect(),
        one => vec![action(one)],
    });
    let allowed: BTreeSet<String> = actions.filter(|action| !action.starts_with("kms:")).collect();
    // AWS's list for a trigger.
    let mut expected = BTreeSet::from(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    let own = needed(&["shared/src/queue/sqs/visibility.rs", "shared/src/queue/sqs/forward.rs", "shared/src/secrets/request.rs"]);
    assert_eq!(own.len(), 3, "{own:?}");
    expected.extend(own);
    assert_eq!(allowed, expected.into_iter().map(str::to_owned).collect());
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
