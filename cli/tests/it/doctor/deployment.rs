//! Stacks on moto, whose webhooks are those of a local gateway.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::{Sqs, workspace};

use crate::filled::with_access;
use crate::gateway::{Finished, finish};

/// Creates a stack, and its secret and its alarm, which moto makes of no template.
const DEPLOY: &str = "import boto3, json, sys, datetime
asked = json.load(sys.stdin)
stack = asked['stack']
boto3.client('iam').create_role(RoleName=stack, AssumeRolePolicyDocument='{}')
arn = boto3.client('secretsmanager').create_secret(Name=stack, SecretString=asked['keyring'])['ARN']
template = json.dumps(asked['template']).replace('SECRET_ARN_HERE', arn)
boto3.client('cloudformation').create_stack(StackName=stack, TemplateBody=template)
cloudwatch = boto3.client('cloudwatch')
cloudwatch.put_metric_alarm(AlarmName=stack + '-Alarm', AlarmDescription='An event was given up.', Namespace='AWS/SQS', MetricName='x',
    ComparisonOperator='GreaterThanThreshold', EvaluationPeriods=1, Period=60, Statistic='Sum', Threshold=0, AlarmActions=asked['actions'])
cloudwatch.set_alarm_state(AlarmName=stack + '-Alarm', StateValue=asked['alarm'], StateReason='a test')
for name, value in asked['metrics'].items():
    cloudwatch.put_metric_data(Namespace='Chathooks', MetricData=[{'MetricName': name, 'Value': value,
        'Timestamp': datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1),
        'Dimensions': [{'Name': 'service', 'Value': stack + '-kommo'}]}])
sqs = boto3.client('sqs')
for queue in asked['filled']:
    fifo = {'MessageGroupId': 'g', 'MessageDeduplicationId': 'd'} if queue.endswith('.fifo') else {}
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=queue)['QueueUrl'], MessageBody='hush', **fifo)";

pub(super) fn deploy(asked: &Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("asked.json");
    std::fs::write(&file, asked.to_string()).expect("a file");
    let mut command = Command::new(workspace().join(".venv/bin/python"));
    command.args(["-c", DEPLOY]).env_clear().env("AWS_ENDPOINT_URL", Sqs::start().endpoint());
    command.envs([("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")]);
    let output = command.stdin(Stdio::from(std::fs::File::open(&file).expect("a file"))).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A template like the project's, with its webhooks at that address.
pub(super) fn template(stack: &str, origin: &str, is_right: bool) -> Value {
    let queue = |name: &str, more: Value| {
        let mut properties = json!({"QueueName": format!("{stack}-{name}"), "SqsManagedSseEnabled": true});
        properties.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({"Type": "AWS::SQS::Queue", "Properties": properties})
    };
    let main = |name: &str, dead_letters: &str, more: Value| {
        let (receives, visibility) = if is_right { (300, 900) } else { (5, 30) };
        let target = json!({"Fn::GetAtt": [dead_letters, "Arn"]});
        let mut settings = json!({"VisibilityTimeout": visibility, "MessageRetentionPeriod": 864_000,
            "RedrivePolicy": {"deadLetterTargetArn": target, "maxReceiveCount": receives}});
        settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        queue(name, settings)
    };
    let kept = json!({"MessageRetentionPeriod": 1_209_600});
    let mut settings = json!({"KOMMO_SECRET_ARN": "SECRET_ARN_HERE", "POWERTOOLS_SERVICE_NAME": format!("{stack}-kommo")});
    if !is_right {
        settings["KOMMUNICATE_ALLOW_UNAUTHENTICATED"] = "true".into();
    }
    json!({
        "Resources": {
            "DeadLetterQueue": queue("dead", kept.clone()),
            "FifoDeadLetterQueue": queue("dead.fifo", json!({"FifoQueue": true})),
            "QuarantineQueue": queue("quarantine", kept),
            "Queue": main("main", "DeadLetterQueue", json!({})),
            "FifoQueue": main("main.fifo", "FifoDeadLetterQueue", json!({"FifoQueue": true})),
            "KommoFunction": {"Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": format!("{stack}-kommo"), "Runtime": "provided.al2023", "Handler": "x",
                "Role": format!("arn:aws:iam::123456789012:role/{stack}"), "Code": {"ZipFile": "x"},
                "Environment": {"Variables": settings},
            }},
        },
        "Outputs": {
            "Version": {"Value": if is_right { env!("CARGO_PKG_VERSION") } else { "0.0.1" }},
            "KommoWebhookUrl": {"Value": format!("{origin}/kommo/:scope_id")},
            "KommunicateWebhookUrl": {"Value": format!("{origin}/kommunicate")},
            "KoreHooksUrl": {"Value": format!("{origin}/kore/chatbot/hooks/{{bot}}")},
            "QueueUrl": {"Value": {"Ref": "Queue"}},
            "OtherQueueUrl": {"Value": {"Ref": "FifoQueue"}},
            "DeadLetterQueueUrl": {"Value": {"Ref": "DeadLetterQueue"}},
            "OtherDeadLetterQueueUrl": {"Value": {"Ref": "FifoDeadLetterQueue"}},
            "QuarantineQueueUrl": {"Value": {"Ref": "QuarantineQueue"}},
        },
    })
}

pub(super) fn doctor(arguments: &[&str]) -> Finished {
    finish(with_access(&["doctor"]).args(arguments).env("AWS_ENDPOINT_URL", Sqs::start().endpoint()))
}

/// What was found: the level and the text, by subject.
pub(super) fn findings(finished: &Finished) -> Vec<(String, String, String)> {
    let report: Value = serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("{}{}", finished.stdout, finished.stderr));
    let text = |finding: &Value, name: &str| finding[name].as_str().expect("a text").to_owned();
    let all = report["findings"].as_array().expect("a list").iter();
    all.map(|finding| (text(finding, "level"), text(finding, "subject"), text(finding, "found"))).collect()
}
