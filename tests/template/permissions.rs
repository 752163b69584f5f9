//! Each function is allowed to do what its code does, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::code::providers;
use crate::document::{find, function, resources, template, text, yaml};

/// Returns every statement in these policies, conditional or not.
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

/// Returns the ARN of the queue to which the functions of a 0.1 stack with `QueueType=fifo` sent.
fn former_queue() -> Value {
    let unique =
        json!({"Unique": {"Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]}]}});
    json!({"Fn::Sub": ["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-events-${Unique}.fifo", unique]})
}

/// Returns the statement that allows any key to be used through one of these services.
fn keys_by(services: &[&str]) -> Value {
    let services: Vec<String> = services.iter().map(|service| format!("{service}.*")).collect();
    json!({"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*",
           "Condition": {"StringLike": {"kms:ViaService": services}}})
}

fn if_set(condition: &str, value: &Value) -> Value {
    json!({"Fn::If": [condition, value, {"Ref": "AWS::NoValue"}]})
}

/// Returns the properties of the role of the function with this program.
fn role<'t>(template: &'t Value, program: &str) -> &'t Value {
    let properties = &function(template, program)["Properties"];
    let id = properties["Role"]["Fn::GetAtt"][0].as_str().expect("a role of the template");
    assert_eq!(template["Resources"][id]["Condition"], function(template, program)["Condition"], "{id}");
    assert_eq!(properties.get("Policies"), None, "{program}: SAM ignores them if there is a role");
    &template["Resources"][id]["Properties"]
}

/// Returns the statements of a function's own role, after checking that the first one allows it to write its log.
fn own_statements(template: &Value, program: &str) -> Vec<Value> {
    let mut statements = statements(&role(template, program)["Policies"]);
    let logs = &function(template, program)["Properties"]["LoggingConfig"]["LogGroup"]["Ref"];
    let expected =
        json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": {"Fn::GetAtt": [logs, "Arn"]}});
    assert_eq!(statements.remove(0), expected, "{program}");
    statements
}

fn tracing() -> Value {
    if_set("HasTracing", &json!({"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"}))
}

#[test]
fn a_provider_sends_to_the_queues_and_reads_its_own_keyrings() {
    let template = template();
    for provider in providers() {
        let managed = &role(&template, provider.name)["ManagedPolicyArns"];
        assert_eq!(*managed, json!([{"Ref": "EnqueuePolicy"}, tracing()]), "{}", provider.name);
        let [statement] = own_statements(&template, provider.name).try_into().expect("one statement of its own");
        assert_eq!((&statement["Effect"], &statement["Action"]), (&json!("Allow"), &json!("secretsmanager:GetSecretValue")));
        // The secrets that its variables name, and no others.
        let mut named: Vec<&Value> = Vec::new();
        for keyring in &provider.keyrings {
            let variables = &function(&template, provider.name)["Properties"]["Environment"]["Variables"];
            named.extend(find(&variables[format!("{keyring}_ARN")], "Ref"));
        }
        let mut permitted = find(&statement["Resource"], "Ref");
        permitted.retain(|reference| *reference != "AWS::NoValue");
        assert_eq!(permitted, named, "{}", provider.name);
    }
    let expected = [
        json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": [
            {"Fn::GetAtt": ["Queue", "Arn"]},
            {"Fn::GetAtt": ["FifoQueue", "Arn"]},
            former_queue(),
            {"Fn::GetAtt": ["QuarantineQueue", "Arn"]},
            if_set("HasFallback", &json!({"Ref": "FallbackQueueArn"})),
        ]}),
        keys_by(&["sqs", "secretsmanager"]),
    ];
    assert_eq!(statements(&template["Resources"]["EnqueuePolicy"]), expected);
}

#[test]
fn each_provider_has_a_policy_that_outlives_a_change_of_the_fallback() {
    let template = template();
    for provider in providers() {
        let function = function(&template, provider.name);
        let role = function["Properties"]["Role"]["Fn::GetAtt"][0].as_str().expect("a role");
        let id = format!("{}FallbackPolicy", role.strip_suffix("Role").expect("a role's id"));
        let policy = &template["Resources"][&id]["Properties"];
        assert_eq!(policy["Roles"], json!([{"Ref": role}]), "{id}");
        // The description cannot be changed in place, so CloudFormation replaces the policy.
        assert_eq!(policy["Description"], json!({"Fn::Sub": "Sends to ${FallbackQueueArn}"}), "{id}");
        let expected = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Ref": "FallbackQueueArn"}});
        assert_eq!(statements(policy), [expected], "{id}");
    }
}

#[test]
fn the_worker_consumes_its_queues() {
    let template = template();
    let expected = [
        json!({"Effect": "Allow",
               "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
               "Resource": [{"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::GetAtt": ["FifoQueue", "Arn"]}, former_queue()]}),
        json!({"Effect": "Allow", "Action": "sqs:SendMessage",
               "Resource": [{"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}, {"Fn::GetAtt": ["FifoDeadLetterQueue", "Arn"]}]}),
        json!({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [{"Ref": "DeliverySecret"}]}),
        keys_by(&["sqs", "secretsmanager", "lambda"]),
    ];
    assert_eq!(own_statements(&template, "worker"), expected);
    assert_eq!(role(&template, "worker")["ManagedPolicyArns"], json!([tracing()]));
    for (id, queue) in [("WorkerTrigger", "Queue"), ("FifoWorkerTrigger", "FifoQueue")] {
        let trigger = &template["Resources"][id]["Properties"];
        assert_eq!(trigger["EventSourceArn"], json!({"Fn::GetAtt": [queue, "Arn"]}), "{id}");
        assert_eq!(trigger["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{id}");
    }
    // The same queues as those whose messages it can change and to which it can send.
    let variables = &function(&template, "worker")["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["QUEUE_URL"], json!({"Fn::Sub": "${Queue},${FifoQueue}"}));
    let dead_letters = json!({"Fn::If": ["IsFifo", {"Ref": "FifoDeadLetterQueue"}, {"Ref": "DeadLetterQueue"}]});
    assert_eq!(variables["DEAD_LETTER_QUEUE_URL"], dead_letters);
    assert_eq!(variables["DELIVERY_SECRET_ARN"], json!({"Fn::If": ["HasDelivery", {"Ref": "DeliverySecret"}, ""]}));
}

/// The IAM action that each `x-amz-target` requires.
const ACTIONS: [(&str, &str); 3] = [
    ("\"AmazonSQS.SendMessage\"", "sqs:SendMessage"),
    ("\"AmazonSQS.ChangeMessageVisibilityBatch\"", "sqs:ChangeMessageVisibility"),
    ("\"secretsmanager.GetSecretValue\"", "secretsmanager:GetSecretValue"),
];

/// Returns the actions that these sources need.
fn needed(sources: &[&str]) -> BTreeSet<&'static str> {
    let texts: Vec<String> = sources.iter().map(|source| text(source)).collect();
    let is_called = |call: &str| texts.iter().any(|text| text.contains(call));
    ACTIONS.into_iter().filter(|(call, _)| is_called(call)).map(|(_, action)| action).collect()
}

#[test]
fn the_worker_may_make_its_own_calls_and_its_triggers() {
    let template = template();
    let policies = json!(own_statements(&template, "worker"));
    let action = |action: &Value| action.as_str().expect("an action").to_owned();
    let actions = find(&policies, "Action").into_iter().flat_map(|actions| match actions {
        Value::Array(actions) => actions.iter().map(action).collect(),
        one => vec![action(one)],
    });
    let allowed: BTreeSet<String> = actions.filter(|action| !action.starts_with("kms:")).collect();
    // AWS's list of a trigger's actions.
    let mut expected = BTreeSet::from(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    let own = needed(&["shared/src/queue/sqs/visibility.rs", "shared/src/queue/sqs/call.rs", "shared/src/secrets/request.rs"]);
    assert_eq!(own.len(), 3, "{own:?}");
    expected.extend(own);
    assert_eq!(allowed, expected.into_iter().map(str::to_owned).collect());
}

#[test]
fn nothing_else_is_allowed_to_do_anything() {
    let template = template();
    let functions = resources(&template, "AWS::Serverless::Function");
    let of_roles: usize = functions
        .iter()
        .map(|(_, function)| function["Metadata"]["BuildProperties"]["Binary"].as_str().expect("a program"))
        .map(|program| statements(&role(&template, program)["Policies"]).len())
        .sum();
    let all = statements(&template["Resources"]);
    // An Allow in a role's trust policy is for the service that assumes the role.
    let allowed = all.iter().filter(|statement| statement["Effect"] == "Allow" && statement.get("Principal").is_none()).count();
    assert_eq!(allowed, of_roles + 2 + providers().len(), "an Allow outside the functions' roles, EnqueuePolicy and the fallback policies");
    assert_eq!(resources(&template, "AWS::IAM::ManagedPolicy").len(), 1 + providers().len());
    // CodeDeploy's role has only AWS's own policy.
    let roles = resources(&template, "AWS::IAM::Role");
    assert_eq!(roles.len(), functions.len() + 1);
    let deployment = &template["Resources"]["DeploymentRole"]["Properties"];
    let policy = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited";
    assert_eq!((&deployment["ManagedPolicyArns"], deployment.get("Policies")), (&json!([{"Fn::Sub": policy}]), None));
    for (id, role) in roles {
        let service = if id == "DeploymentRole" { "codedeploy.amazonaws.com" } else { "lambda.amazonaws.com" };
        let trust = &role["Properties"]["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(*trust, json!([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]), "{id}");
        let boundary = &role["Properties"]["PermissionsBoundary"];
        assert_eq!(*boundary, if_set("HasPermissionsBoundary", &json!({"Ref": "PermissionsBoundaryArn"})), "{id}");
    }
    for provider in providers() {
        let role = &function(&template, provider.name)["Properties"]["DeploymentPreference"]["Role"];
        assert_eq!(*role, json!({"Fn::GetAtt": ["DeploymentRole", "Arn"]}), "{}", provider.name);
    }
}

#[test]
fn every_queue_requires_tls() {
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
