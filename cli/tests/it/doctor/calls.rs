//! Calls that AWS refuses, or answers with too much.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::wire::Response;

use super::aws::{Aws, refusal};
use super::deployment::{deploy, findings, template};
use crate::gateway::Gateway;
use crate::rows::rows;

/// Deploys a stack that is right.
fn deployed(stack: &str) -> Gateway {
    let gateway = Gateway::start();
    deploy(&json!({
        "stack": stack, "template": template(stack, &gateway.origin, true), "keyring": "a-secret-hush", "metrics": {"KeyPosition": 0},
        "actions": ["arn:aws:sns:us-east-1:123456789012:alarms"], "alarm": "OK", "filled": [],
    }));
    gateway
}

#[test]
fn what_the_credentials_do_not_allow_is_reported_and_the_rest_is_checked() {
    let gateway = deployed("denied");
    for (denied, service, subjects) in [
        ("ListStackResources", "cloudformation", &["resources"][..]),
        ("GetFunctionConfiguration", "lambda", &["function denied-kommo"]),
        ("GetAlias", "lambda", &["function denied-kommo"]),
        ("GetQueueAttributes", "sqs", &["queue", "dead-letter queue", "other queue", "other dead-letter queue", "quarantine queue"]),
        ("DescribeAlarms", "cloudwatch", &["alarms"]),
        ("GetMetricStatistics", "cloudwatch", &["enqueues of denied-kommo"]),
        ("GetSecretValue", "secretsmanager", &["secret KOMMO_SECRET"]),
    ] {
        let aws = Aws::start(
            move |action, _, answer| {
                if action == denied { refusal(action, 403, "AccessDenied", "User: x is not authorized") } else { answer }
            },
        );
        let finished = aws.doctor(&["--stack", "denied", "--json"]);
        let found = findings(&finished);
        let unknown: Vec<&str> = found.iter().filter(|(level, ..)| level == "unknown").map(|(_, subject, _)| subject.as_str()).collect();
        assert_eq!((finished.code, &unknown[..]), (Some(0), subjects), "{denied}: {found:#?}");
        assert!(finished.stdout.contains(&format!("the credentials need {service}:{denied}")), "{}", finished.stdout);
        let kommunicate = found.iter().find(|(_, subject, _)| subject == "webhook kommunicate").expect("a finding");
        let is_posted = !["ListStackResources", "GetFunctionConfiguration", "GetAlias"].contains(&denied);
        assert_eq!(kommunicate.0, if is_posted { "ok" } else { "note" }, "{denied}: {kommunicate:?}");
    }
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");
    let aws = Aws::start(|action, _, answer| match action {
        "GetAlias" => refusal(action, 403, "AccessDenied", "\u{1b}[2J\u{202e}"),
        _ => answer,
    });
    let shown = aws.doctor(&["--stack", "denied"]).stdout;
    assert!(shown.contains("<U+001B>[2J<U+202E>"), "{shown}");
}

#[test]
fn a_stack_that_cannot_be_read_has_a_cause_and_an_action() {
    let _gateway = deployed("unread");
    for (status, code, message, told) in [
        (403, "AccessDenied", "not authorized", "the credentials need cloudformation:DescribeStacks"),
        (403, "ExpiredToken", "The security token included in the request is expired", "the credentials have expired"),
        (403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2", "set this machine's clock"),
        (400, "RequestExpired", "", "set this machine's clock"),
        (403, "InvalidClientTokenId", "The security token is invalid", "check AWS_PROFILE"),
        (400, "Throttling", "Rate exceeded", "run the command again later"),
        (500, "InternalFailure", "\u{1b}[2J", "run the command again later"),
        (400, "ValidationError", "Stack with id unread does not exist", "there is no stack unread in us-east-1 in this account"),
        (400, "ValidationError", "1 validation error detected", "--stack: 1 validation error detected"),
    ] {
        let aws = Aws::start(move |action, _, _| refusal(action, status, code, message));
        let finished = aws.doctor(&["--stack", "unread"]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{code}: {}", finished.stderr);
        assert!(finished.stderr.contains(told), "{told}: {}", finished.stderr);
        let attempts = if ["Throttling", "InternalFailure"].contains(&code) { 3 } else { 1 };
        assert_eq!(aws.count("DescribeStacks"), attempts, "{code}");
    }
    for (answer, told) in [
        (Response::new(200, "text/xml", "<a>".repeat(100_000)), "cannot be parsed"),
        (Response::new(200, "text/xml", "<R/>"), "has no stack"),
        (Response::new(200, "text/xml", vec![b' '; 5 * 1024 * 1024]), "the response is too large"),
        (Response::new(502, "text/html", "<html>\u{1b}[2J"), "502"),
    ] {
        let aws = Aws::start(move |_, _, _| answer.clone());
        let finished = aws.doctor(&["--stack", "unread"]);
        assert!(finished.code == Some(2) && finished.stderr.contains(told), "{told}: {}", finished.stderr);
    }
}

#[test]
fn a_region_without_the_stack_and_one_that_is_none() {
    let _gateway = deployed("elsewhere");
    let aws = Aws::start(|_, _, answer| answer);
    let other = aws.doctor_with(&["--stack", "elsewhere"], &[("AWS_REGION", "eu-west-3")]);
    assert!(other.code == Some(2) && other.stderr.contains("no stack elsewhere in eu-west-3"), "{}", other.stderr);
    let none = aws.doctor_with(&["--stack", "elsewhere"], &[("AWS_REGION", "eu.example/")]);
    assert!(none.code == Some(2) && none.stderr.contains("is not a region name"), "{}", none.stderr);
    let closed = aws.doctor_with(&["--stack", "elsewhere"], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]);
    assert!(closed.code == Some(2) && closed.stderr.contains("refused: nothing listens on that port"), "{}", closed.stderr);
}

#[test]
fn lists_of_several_pages_are_read_to_their_end() {
    let _gateway = deployed("paged");
    let page = |list: &str, token: &str| {
        let body = format!("<R><Result><{list}/><NextToken>{token}</NextToken></Result></R>");
        Response::new(200, "text/xml", body)
    };
    let list = |action: &str| match action {
        "ListStackResources" => Some("StackResourceSummaries"),
        "DescribeAlarms" => Some("MetricAlarms"),
        _ => None,
    };
    let aws = Aws::start(move |action, request, answer| match list(action) {
        Some(list) if !String::from_utf8_lossy(&request.body).contains("NextToken=t%2D1") => page(list, "t-1"),
        _ => answer,
    });
    let finished = aws.doctor(&["--stack", "paged", "--json"]);
    let found = findings(&finished);
    for subject in ["function paged-kommo", "alarms"] {
        assert!(found.iter().any(|(level, known, _)| level == "ok" && known == subject), "{subject}: {found:#?}");
    }
    assert_eq!([finished.code, Some(2)], [Some(0), Some(aws.count("DescribeAlarms").try_into().expect("a number"))]);

    let aws = Aws::start(move |action, _, answer| list(action).map_or(answer, |list| page(list, "again")));
    let finished = aws.doctor(&["--stack", "paged"]);
    assert_eq!(finished.stdout.matches("the list does not end").count(), 2, "{}", finished.stdout);
}

#[test]
fn when_aws_stops_answering_the_command_ends_in_time_and_names_what_it_has_not_checked() {
    let _gateway = deployed("stalled");
    let aws = Aws::start(|action, _, answer| {
        if action == "GetQueueAttributes" {
            loop {
                std::thread::park();
            }
        }
        answer
    });
    let since = Instant::now();
    let finished = aws.doctor(&["--stack", "stalled", "--json", "--time-limit-s", "5"]);
    // Without the limit, five steps after each other take 10 s each.
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
    let found = findings(&finished);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(2), ""), "{found:#?}");
    let level = |subject: &str| found.iter().find(|(_, known, _)| known == subject).map(|(level, ..)| level.as_str());
    for subject in ["stack", "function stalled-kommo", "webhook kommo", "version"] {
        assert_eq!(level(subject), Some("ok"), "{subject}: {found:#?}");
    }
    for subject in ["queue", "quarantine queue", "alarms", "enqueues of stalled-kommo", "secret KOMMO_SECRET", "time limit"] {
        assert_eq!(level(subject), Some("unknown"), "{subject}: {found:#?}");
    }
    let all = "failed (the time limit of 5 s for all calls to AWS was reached)";
    assert!(finished.stdout.contains(&format!("cloudwatch:DescribeAlarms {all}")), "{}", finished.stdout);
    let unread = aws.doctor(&["--stack", "stalled", "--time-limit-s", "1"]);
    assert!(unread.code == Some(2) && unread.stderr.contains("the stack stalled cannot be read: "), "{}", unread.stderr);
    assert!(unread.stderr.contains("time limit of 1 s"), "{}", unread.stderr);
}
