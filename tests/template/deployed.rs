//! Each function with the variables that a stack gives it, and its calls checked against its role's permissions. The
//! stack is the translated template, created in moto (`stack.py`); moto itself does not evaluate policies.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{Fault, FaultySqs, Function, Receiver, Reply, Sqs, SqsRequest, binary, proof, samples, sqs_event};

use crate::document::{keys, path};

const KEY: &str = "KmsKeyArn=arn:aws:kms:eu-west-1:123456789012:key/1";
const FALLBACK: &str = "FallbackQueueArn=arn:aws:sqs:eu-central-1:123456789012:fallback";
const FIFO_FALLBACK: &str = "FallbackQueueArn=arn:aws:sqs:eu-central-1:123456789012:fallback.fifo";
const ALL: [&str; 5] = ["Kommo=enabled", "Kommunicate=enabled", "KoreCallback=enabled", "KoreHooks=enabled", "Qikchat=enabled"];
const WORKER: &str = "DeliveryUrl=https://example.com/events";

fn create(parameters: &[&str]) -> Value {
    let mut command = Command::new(path(".venv/bin/python"));
    command.args(["-W", "ignore"]).arg(path("tests/template/stack.py")).arg(Sqs::start().endpoint()).arg("123456789012");
    let output = command.arg(path("events/demo.env")).args(parameters).output().expect("Python of .venv");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A function of a stack; its calls to moto are recorded.
struct Deployed<'s> {
    name: &'s str,
    stack: &'s Value,
    aws: FaultySqs,
    function: Function,
}

impl<'s> Deployed<'s> {
    async fn start(stack: &'s Value, name: &'s str, settings: &[(&str, &str)]) -> Self {
        let aws = FaultySqs::start(&Sqs::start().endpoint()).await;
        let endpoint = aws.endpoint();
        let variables = stack["functions"][name]["variables"].as_object().expect("variables");
        let mut env: BTreeMap<&str, &str> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
        env.extend([("AWS_ENDPOINT_URL_SQS", endpoint.as_str()), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint)]);
        env.extend(settings.iter().copied());
        let function = Function::start(&binary(name), &env.into_iter().collect::<Vec<_>>()).await;
        Self { name, stack, aws, function }
    }

    /// Checks that the role allows every call that the function made, and returns the calls.
    fn check_calls(&self) -> Vec<(String, String)> {
        let calls: Vec<(String, String)> = self.aws.requests().iter().map(call).collect();
        for (action, resource) in &calls {
            self.check(action, resource, None);
            // SQS and Secrets Manager use the key on behalf of the caller.
            if let Some(key) = self.stack["keys"][resource].as_str() {
                let parts: Vec<&str> = resource.split(':').collect();
                let service = format!("{}.{}.amazonaws.com", parts[2], parts[3]);
                self.check("kms:Decrypt", key, Some(&service));
                if action == "sqs:SendMessage" {
                    self.check("kms:GenerateDataKey", key, Some(&service));
                }
            }
        }
        calls
    }

    /// Checks that the role allows a call, made directly or by a service on the role's behalf.
    fn check(&self, action: &str, resource: &str, via: Option<&str>) {
        let statements = self.stack["functions"][self.name]["statements"].as_array().expect("statements");
        let has = |value: &Value, text: &str| *value == text || value.as_array().is_some_and(|list| list.contains(&json!(text)));
        // The patterns take only two forms: a single star, and a star at the end of a service name.
        let holds = |condition: &Value| {
            let services = condition["StringLike"]["kms:ViaService"].as_array().expect("the only kind of condition in use");
            services.iter().filter_map(Value::as_str).any(|service| via.is_some_and(|via| via.starts_with(service.trim_end_matches('*'))))
        };
        let allows = |statement: &Value| {
            let is_met = statement["Effect"] == "Allow" && statement.get("Condition").is_none_or(holds);
            is_met && has(&statement["Action"], action) && (statement["Resource"] == "*" || has(&statement["Resource"], resource))
        };
        assert!(statements.iter().any(allows), "{} is not allowed to {action} {resource}: {statements:#?}", self.name);
    }
}

/// Returns the action of a request, and its resource.
fn call(request: &SqsRequest) -> (String, String) {
    let text = |name: &str| request.input[name].as_str().unwrap_or_default().to_owned();
    match request.action.as_str() {
        "secretsmanager.GetSecretValue" => ("secretsmanager:GetSecretValue".to_owned(), text("SecretId")),
        action => (format!("sqs:{}", action.trim_end_matches("Batch")), arn(&text("QueueUrl"))),
    }
}

/// Returns the ARN of a queue.
fn arn(url: &str) -> String {
    let parts: Vec<&str> = url.split(['/', '.']).collect();
    let ["https:", "", "sqs", region, "amazonaws", "com", account, ..] = parts[..] else { panic!("{url}") };
    let name = url.rsplit('/').next().expect("a name");
    format!("arn:aws:sqs:{region}:{account}:{name}")
}

/// Returns the events of a provider's samples, and one with a body that is not JSON.
fn events(provider: &str) -> Vec<Value> {
    let mut events: Vec<Value> = samples(provider).into_iter().map(|sample| sample.event).collect();
    let mut broken = events[0].clone();
    broken["body"] = json!("x");
    broken["isBase64Encoded"] = json!(false);
    if provider == "kommo" {
        broken["headers"]["x-signature"] = json!(proof::hmac_sha1("demo-kommo-channel-secret", b"x"));
    }
    events.push(broken);
    events
}

async fn check_a_provider(stack: &Value, provider: &str) {
    let deployed = Deployed::start(stack, provider, &[("ACK_BUDGET_MS", "20000")]).await;
    let mut statuses = Vec::new();
    for event in events(provider) {
        statuses.push(deployed.function.invoke_http(&event).await.status);
    }
    assert!(statuses.contains(&200), "{provider}: {statuses:?}");
    let variables = &stack["functions"][provider]["variables"];
    let url = |name: &str| variables[name].as_str().unwrap_or_default().to_owned();
    if statuses.last() == Some(&400) {
        let quarantine = deployed.aws.requests().into_iter().any(|request| request.input["QueueUrl"] == json!(url("QUARANTINE_QUEUE_URL")));
        assert!(quarantine, "{provider}: nothing was quarantined");
    }
    if !url("FALLBACK_QUEUE_URL").is_empty() {
        deployed.aws.script([Fault::Deny]);
        let status = deployed.function.invoke_http(&events(provider)[0]).await.status;
        let used = deployed.aws.requests().into_iter().any(|request| request.input["QueueUrl"] == json!(url("FALLBACK_QUEUE_URL")));
        assert!(used && status != 503, "{provider}: {status}");
    }
    let calls = deployed.check_calls();
    let keyrings = variables.as_object().expect("variables").iter().filter(|(name, value)| name.ends_with("_ARN") && **value != "");
    let read = calls.iter().filter(|(action, _)| action == "secretsmanager:GetSecretValue").count();
    assert!(read >= keyrings.count(), "{provider}: {calls:?}");
}

async fn check_the_worker(stack: &Value) {
    let queue = Sqs::start().create_queue("deployed").await;
    queue.send(r#"{"specversion":"1.0","id":"1","data":{}}"#, json!({})).await;
    queue.send("not an event", json!({})).await;
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let url = receiver.url();
    let worker = Deployed::start(stack, "worker", &[("DELIVERY_URL", &url)]).await;
    let urls = stack["functions"]["worker"]["variables"]["QUEUE_URL"].as_str().expect("two URLs").split(',');
    let arns: Vec<String> = urls.map(arn).collect();
    assert_eq!(arns.len(), 2, "{arns:?}");
    let mut messages = queue.receive_at_least(2).await;
    for message in &mut messages {
        message.system.insert("MessageGroupId".to_owned(), "a".to_owned());
    }
    for message in messages {
        for arn in &arns {
            worker.function.invoke(sqs_event(arn, std::slice::from_ref(&message)).to_string().into_bytes()).await;
        }
    }
    let calls = worker.check_calls();
    for action in ["secretsmanager:GetSecretValue", "sqs:SendMessage"] {
        assert!(calls.iter().any(|(called, _)| called == action), "no {action}: {calls:?}");
    }
    for arn in arns {
        assert!(calls.contains(&("sqs:ChangeMessageVisibility".to_owned(), arn.clone())), "{arn}: {calls:?}");
        // The trigger's calls use the worker's role.
        for action in ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"] {
            worker.check(action, &arn, None);
        }
    }
}

async fn check_a_stack(parameters: &[&str]) {
    let stack = create(parameters);
    for name in keys(&stack["functions"]) {
        if name == "worker" {
            check_the_worker(&stack).await;
        } else {
            check_a_provider(&stack, name).await;
        }
    }
}

#[tokio::test]
async fn one_provider() {
    check_a_stack(&["Kommo=enabled"]).await;
}

#[tokio::test]
async fn all_providers_with_a_worker_and_a_fallback() {
    check_a_stack(&[&ALL[..], &[WORKER, FALLBACK]].concat()).await;
}

#[tokio::test]
async fn fifo_with_a_customer_managed_key() {
    check_a_stack(&[&ALL[..], &["QueueType=fifo", WORKER, FIFO_FALLBACK, KEY]].concat()).await;
}

#[tokio::test]
async fn one_role_of_kore_with_a_key() {
    check_a_stack(&["KoreHooks=enabled", "DeployWorker=true", WORKER, KEY]).await;
    check_a_stack(&["KoreCallback=enabled", FALLBACK]).await;
}

#[tokio::test]
async fn a_caller_without_a_token_and_a_base_path() {
    check_a_stack(&["Kommunicate=unauthenticated", "BasePath=hooks", "Tracing=disabled", "Metrics=disabled"]).await;
}
