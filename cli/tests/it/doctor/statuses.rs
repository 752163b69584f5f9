//! The states of a stack and of its functions.

use serde_json::json;

use super::aws::{Aws, refusal, replaced};
use super::deployment::{deploy, findings, template};
use crate::gateway::Gateway;
use crate::rows::rows;

#[test]
fn each_status_of_the_stack_is_told() {
    let gateway = Gateway::start();
    deploy(&json!({
        "stack": "moving", "template": template("moving", &gateway.origin, true), "keyring": "a-secret-hush", "metrics": {"KeyPosition": 0},
        "actions": ["arn:aws:sns:us-east-1:123456789012:alarms"], "alarm": "OK", "filled": [],
    }));
    for (status, level, told, code) in [
        ("UPDATE_COMPLETE", "ok", "UPDATE_COMPLETE", 0),
        ("UPDATE_IN_PROGRESS", "note", "a deployment is running", 0),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "wrong", "is being rolled back", 1),
        ("UPDATE_ROLLBACK_COMPLETE", "wrong", "the previous version is running", 1),
        ("UPDATE_ROLLBACK_FAILED", "wrong", "so did its rollback", 1),
        ("DELETE_IN_PROGRESS", "wrong", "is being deleted", 1),
    ] {
        let aws = Aws::start(
            move |action, _, answer| {
                if action == "DescribeStacks" { replaced(answer, "CREATE_COMPLETE", status) } else { answer }
            },
        );
        let finished = aws.doctor(&["--stack", "moving", "--json"]);
        let (found_level, _, found) = findings(&finished).into_iter().find(|(_, subject, _)| subject == "stack").expect("a finding");
        assert_eq!((finished.code, found_level.as_str()), (Some(code), level), "{status}: {found}");
        assert!(found.contains(told), "{status}: {found}");
    }
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");
}

#[test]
fn a_stack_without_a_deployment_is_not_checked_further() {
    deploy(&json!({
        "stack": "empty", "template": {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}, "keyring": "hush", "metrics": {},
        "actions": [], "alarm": "OK", "filled": [],
    }));
    for (status, code, subjects) in [
        ("CREATE_IN_PROGRESS", 2, &["stack", "deployment"][..]),
        ("CREATE_COMPLETE", 0, &["stack", "deployment"]),
        ("ROLLBACK_COMPLETE", 1, &["stack"]),
        ("REVIEW_IN_PROGRESS", 1, &["stack"]),
    ] {
        let aws = Aws::start(
            move |action, _, answer| {
                if action == "DescribeStacks" { replaced(answer, "CREATE_COMPLETE", status) } else { answer }
            },
        );
        let finished = aws.doctor(&["--stack", "empty", "--json"]);
        let found = findings(&finished);
        let known: Vec<&str> = found.iter().map(|(_, subject, _)| subject.as_str()).collect();
        assert_eq!((finished.code, &known[..]), (Some(code), subjects), "{status}: {found:#?}");
    }
}

#[test]
fn what_was_deleted_outside_cloudformation_is_wrong() {
    let gateway = Gateway::start();
    deploy(&json!({
        "stack": "torn", "template": template("torn", &gateway.origin, true), "keyring": "a-secret-hush", "metrics": {},
        "actions": [], "alarm": "OK", "filled": [],
    }));
    for (action, code, told) in [
        ("GetFunctionConfiguration", "ResourceNotFound", "it is in the stack, but not in Lambda"),
        ("GetQueueAttributes", "QueueDoesNotExist", "does not exist: it was deleted outside CloudFormation"),
        ("GetSecretValue", "ResourceNotFound", "it has no value, or was deleted"),
        ("GetSecretValue", "InvalidRequest", "it has no value, or was deleted"),
    ] {
        let aws = Aws::start(move |called, _, answer| if called == action { refusal(called, 400, code, "") } else { answer });
        let finished = aws.doctor(&["--stack", "torn"]);
        assert!(finished.code == Some(1) && finished.stdout.contains(told), "{told}: {}", finished.stdout);
    }
}
