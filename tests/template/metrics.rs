//! Alarms watch metrics that the functions emit, under the same names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::code::{counted, longest_pause, namespace, providers};
use crate::document::{find, function, function_id, resources, template, text};

/// Each provider function's own metrics that have alarms. `Accepted` is what `Refused` is compared with.
const PROVIDER_METRICS: [&str; 5] = ["Accepted", "EnqueueFailed", "FallbackUsed", "Refused", "SecretRefreshFailed"];

/// The worker's own metrics that have alarms.
const WORKER_METRICS: [&str; 4] = ["Delivered", "DeliveryFailed", "SecretRefreshFailed", "VisibilityFailed"];

/// Returns the expected condition of an alarm on metrics of the function that exists under the condition `function`.
fn alarm_condition(function: &str, alarm: &str, metrics: &[&str], namespace: &Value) -> String {
    let name = function.trim_start_matches("Has");
    match metrics {
        _ if alarm.ends_with("VersionAlarm") => format!("Is{name}Gradual"),
        _ if *namespace == "AWS/Lambda" => function.to_owned(),
        // An alarm on metrics that nobody emits would be silent, yet cost as much.
        ["FallbackUsed"] => format!("Has{name}FallbackMetrics"),
        _ => format!("Has{name}Metrics"),
    }
}

/// Lambda's metrics of each function that have alarms.
const LAMBDA_METRICS: [&str; 2] = ["Errors", "Throttles"];

pub(crate) fn programs() -> Vec<&'static str> {
    providers().into_iter().map(|provider| provider.name).chain(["worker"]).collect()
}

fn service(program: &str) -> Value {
    json!({"Fn::Sub": format!("${{AWS::StackName}}-{program}")})
}

/// Returns the alarms on metrics with exactly this dimension, and the names of those metrics.
fn alarms_on<'t>(template: &'t Value, namespace: &str, dimension: &Value) -> Vec<(&'t str, Vec<&'t str>)> {
    let name = |metric: &'t Value| metric["MetricName"].as_str().expect("a name");
    let is_on = |metric: &&Value| metric["Namespace"] == namespace && metric["Dimensions"] == json!([dimension]);
    let alarms = resources(template, "AWS::CloudWatch::Alarm").into_iter();
    let found = alarms.map(|(id, alarm)| {
        let metrics = find(alarm, "Metric").into_iter().chain([&alarm["Properties"]]);
        (id, metrics.filter(is_on).map(name).collect::<Vec<_>>())
    });
    found.filter(|(_, names)| !names.is_empty()).collect()
}

pub(crate) fn alarms_of<'t>(template: &'t Value, program: &str) -> Vec<(&'t str, Vec<&'t str>)> {
    let of_lambda = json!({"Name": "FunctionName", "Value": {"Ref": function_id(template, program)}});
    let own = json!({"Name": "service", "Value": service(program)});
    [alarms_on(template, "AWS/Lambda", &of_lambda), alarms_on(template, &namespace(), &own)].concat()
}

#[test]
fn each_function_is_a_service_of_its_stack() {
    let template = template();
    for name in programs() {
        assert_eq!(function(&template, name)["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"], service(name));
    }
}

#[test]
fn each_function_has_its_alarms() {
    let template = template();
    for name in programs() {
        let of_a_service = if name == "worker" { &WORKER_METRICS[..] } else { &PROVIDER_METRICS };
        let expected: BTreeSet<&str> = LAMBDA_METRICS.iter().chain(of_a_service).copied().collect();
        let alarms = alarms_of(&template, name);
        assert_eq!(alarms.iter().flat_map(|(_, metrics)| metrics.clone()).collect::<BTreeSet<_>>(), expected, "{name}");
        let condition = function(&template, name)["Condition"].as_str().expect("a condition");
        for (id, metrics) in alarms {
            let alarm = &template["Resources"][id];
            let expected = alarm_condition(condition, id, &metrics, &alarm["Properties"]["Namespace"]);
            assert_eq!(alarm["Condition"], expected, "{id}");
        }
    }
}

#[test]
fn an_alarm_on_a_functions_own_metrics_watches_what_it_emits() {
    let counted = counted(&["service"]);
    for name in PROVIDER_METRICS.iter().chain(&WORKER_METRICS).copied() {
        assert!(counted.contains(name), "no function emits {name}");
    }
    let template = template();
    let known = programs()
        .into_iter()
        .map(|name| alarms_on(&template, &namespace(), &json!({"Name": "service", "Value": service(name)})).len())
        .sum::<usize>();
    let all = resources(&template, "AWS::CloudWatch::Alarm").into_iter();
    let own = all.filter(|(_, alarm)| find(alarm, "Namespace").contains(&&json!(namespace())));
    assert_eq!(own.count(), known, "an alarm on metrics of no function");
}

#[test]
fn a_429_of_the_api_is_counted_from_its_access_log() {
    let template = template();
    let filter = &template["Resources"]["ThrottledRequests"]["Properties"];
    let format = template["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"]["Format"].as_str().expect("a format");
    let line: Value = serde_json::from_str(format).expect("JSON");
    assert_eq!((&filter["LogGroupName"], &filter["FilterPattern"]), (&json!({"Ref": "HttpApiLogs"}), &json!(r#"{ $.status = "429" }"#)));
    assert_eq!((&line["status"], &line["apiId"]), (&json!("$context.status"), &json!("$context.apiId")));
    let counted = &filter["MetricTransformations"][0];
    assert_eq!(counted["Dimensions"], json!([{"Key": "ApiId", "Value": "$.apiId"}]));
    let alarm = &template["Resources"]["ThrottledRequestsAlarm"]["Properties"];
    assert_eq!((&alarm["Namespace"], &alarm["MetricName"]), (&counted["MetricNamespace"], &counted["MetricName"]));
    assert_eq!(alarm["Dimensions"], json!([{"Name": "ApiId", "Value": {"Ref": "HttpApi"}}]));
    assert!(alarm["AlarmDescription"].as_str().is_some_and(|text| text.contains("Best effort")));
}

#[test]
fn the_receiver_alarm_lasts_until_deliveries_succeed() {
    let template = template();
    let alarm = &template["Resources"]["WorkerDeliveryFailedAlarm"]["Properties"];
    let number = |value: &Value| value.as_u64().expect("a number");
    let period = number(&alarm["Metrics"][1]["MetricStat"]["Period"]);
    let window = number(&alarm["EvaluationPeriods"]) * period;
    // However the periods are aligned, they contain two attempts.
    assert!(window >= 2 * longest_pause(), "{window} s");
    assert_eq!(alarm["DatapointsToAlarm"], 2);
}

#[test]
fn an_event_with_repeated_attempts_does_not_raise_the_age_alarm() {
    let template = template();
    let alarm = &template["Resources"]["OldestMessageAlarm"]["Properties"];
    let metric = |id: &str| alarm["Metrics"].as_array().expect("metrics").iter().find(|metric| metric["Id"] == id).expect("a metric");
    for (id, queue) in [("age", "Queue"), ("fifo_age", "FifoQueue")] {
        assert_eq!(find(metric(id), "Value"), [&json!({"Fn::GetAtt": [queue, "QueueName"]})], "{id}");
    }
    // SQS leaves such an event out of a standard queue's metric.
    let with_a_worker = "MAX([FILL(age, 0), IF(FILL(received, 0) > 0, 0, FILL(fifo_age, 0))])";
    let expression = json!({"Fn::If": ["HasWorker", with_a_worker, "MAX([FILL(age, 0), FILL(fifo_age, 0)])"]});
    assert_eq!(metric("untried")["Expression"], expression);
    let received = &find(&alarm["Metrics"], "Fn::If").into_iter().find(|parts| parts[1]["Id"] == "received").expect("a metric")[1];
    assert_eq!(find(received, "Value"), [&json!({"Fn::GetAtt": ["FifoQueue", "QueueName"]})]);
    // This many minutes without a single receive.
    let minutes = &alarm["EvaluationPeriods"]["Fn::If"];
    assert_eq!((&minutes[0], &minutes[2]), (&json!("HasFifoWorker"), &json!(3)));
    assert!(minutes[1].as_u64() > Some(longest_pause() / 60), "{minutes}");
    // A single attempt that was lost with its consumer does not make an event count as old, either.
    let visibility_timeout = template["Resources"]["Queue"]["Properties"]["VisibilityTimeout"].as_u64();
    assert!(template["Parameters"]["OldestMessageAlarmSeconds"]["Default"].as_u64() > visibility_timeout);
}

#[test]
fn a_message_in_either_dead_letter_queue_raises_an_alarm() {
    let template = template();
    let alarm = &template["Resources"]["DeadLetterAlarm"]["Properties"];
    assert_eq!((&alarm["Metrics"][0]["Expression"], &alarm["Threshold"]), (&json!("MAX([standard, fifo])"), &json!(0)));
    for (index, queue) in [(1, "DeadLetterQueue"), (2, "FifoDeadLetterQueue")] {
        let metric = &alarm["Metrics"][index]["MetricStat"]["Metric"];
        assert_eq!(metric["Dimensions"], json!([{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]));
    }
}

#[test]
fn an_alarm_on_its_own_version_rolls_a_deployment_back() {
    let template = template();
    for provider in providers() {
        let id = function_id(&template, provider.name);
        let alarm_id = format!("{}VersionAlarm", id.strip_suffix("Function").expect("a function's id"));
        let preference = &function(&template, provider.name)["Properties"]["DeploymentPreference"];
        let expected = json!({"Fn::If": ["IsGradual", [{"Ref": alarm_id}], [{"Ref": "AWS::NoValue"}]]});
        assert_eq!(preference["Alarms"], expected, "{}", provider.name);
        let alarm = &template["Resources"][&alarm_id]["Properties"];
        // Another version has another alarm, which has not fired yet.
        let version = format!("{id}.Version.Version");
        assert!(alarm["AlarmName"]["Fn::Sub"].as_str().is_some_and(|name| name.ends_with(&format!("${{{version}}}"))), "{alarm_id}");
        let [errors, failed] = [1, 2].map(|index| &alarm["Metrics"][index]["MetricStat"]["Metric"]);
        let dimensions = json!([
            {"Name": "FunctionName", "Value": {"Ref": id}},
            {"Name": "Resource", "Value": {"Fn::Sub": format!("${{{id}}}:live")}},
            {"Name": "ExecutedVersion", "Value": {"Fn::GetAtt": [id, "Version", "Version"]}},
        ]);
        assert_eq!((&errors["MetricName"], &errors["Dimensions"]), (&json!("Errors"), &dimensions), "{alarm_id}");
        assert_eq!(failed["MetricName"], "EnqueueFailed", "{alarm_id}");
        assert_eq!(alarm["Metrics"][0]["Expression"], "FILL(errors, 0) + FILL(failed, 0)", "{alarm_id}");
    }
}

#[test]
fn every_alarm_has_its_row_and_every_row_its_alarm() {
    let template = template();
    let mut expected: BTreeSet<String> = resources(&template, "AWS::CloudWatch::Alarm").into_iter().map(|(id, _)| id.to_owned()).collect();
    // The alarms of all functions share a row, under their names without the function's name.
    for name in programs() {
        let prefix = function_id(&template, name).strip_suffix("Function").expect("a function's id");
        for (id, _) in alarms_of(&template, name) {
            expected.remove(id);
            expected.insert(format!("…{}", id.strip_prefix(prefix).expect("an alarm's id")));
        }
    }
    let operations = text("docs/operations.md");
    let names = operations.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("Alarm` | "));
    assert_eq!(names.map(|(name, _)| format!("{name}Alarm")).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_readme_names_every_metric() {
    let readme = text("README.md");
    for name in counted(&["service"]) {
        assert!(readme.contains(&name), "README.md does not name {name}");
    }
}
