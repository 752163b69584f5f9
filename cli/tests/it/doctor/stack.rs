//! A deployment that is right, and one with every fault.

use serde_json::json;

use super::deployment::{deploy, doctor, findings, template};
use crate::gateway::Gateway;
use crate::rows::rows;

#[test]
fn a_deployment_that_is_right_and_one_that_is_not() {
    let gateway = Gateway::start();
    deploy(&json!({
        "stack": "right", "template": template("right", &gateway.origin, true), "keyring": "a-secret-hush", "metrics": {"KeyPosition": 0},
        "actions": ["arn:aws:sns:us-east-1:123456789012:alarms"], "alarm": "OK", "filled": [],
    }));
    let right = doctor(&["--stack", "right", "--json"]);
    let found = findings(&right);
    assert_eq!(right.code, Some(0), "{found:#?}");
    for subject in [
        "stack",
        "function right-kommo",
        "webhook kommo",
        "webhook kommunicate",
        "queue",
        "dead-letter queue",
        "other queue",
        "other dead-letter queue",
        "quarantine queue",
        "version",
        "alarms",
        "enqueues of right-kommo",
        "secret KOMMO_SECRET",
        "clock",
    ] {
        assert!(found.iter().any(|(level, known, _)| level == "ok" && known == subject), "{subject}: {found:#?}");
    }
    deploy(&json!({
        "stack": "ill", "template": template("ill", &format!("{}/elsewhere", gateway.origin), false),
        "keyring": r#"{"*": ["new-hush", "old-hush"]}"#, "metrics": {"KeyPosition": 0, "EnqueueFailed": 3},
        "actions": [], "alarm": "ALARM", "filled": ["ill-dead", "ill-quarantine", "ill-main.fifo", "ill-dead.fifo"],
    }));
    let ill = doctor(&["--stack", "ill"]);
    assert_eq!(ill.code, Some(1), "{}{}", ill.stdout, ill.stderr);
    for told in [
        "is not the path of a webhook (404)",
        "note     version: the stack is 0.0.1, older than this program",
        "wrong    queue: its VisibilityTimeout is 30 s",
        "wrong    queue: its maxReceiveCount is 5",
        "wrong    other queue: its maxReceiveCount is 5",
        "wrong    dead-letter queue: 1 message (failed for three days",
        "wrong    other queue: 1 message from before QueueType was changed; no function of the stack reads the queue",
        "wrong    other dead-letter queue: 1 message (failed for three days",
        "ill-main.fifo chathooks redrive --from dead-letter",
        "1 message (verified, but could not be parsed)",
        "ill-Alarm is in alarm: An event was given up.",
        "none sends notifications",
        "3 requests of the last day could not be queued",
        "a channel has 2 secrets, stored less than 7 days ago",
    ] {
        assert!(ill.stdout.contains(told), "{told}: {}", ill.stdout);
    }
    assert!(!ill.stdout.contains("hush") && !right.stdout.contains("hush"), "{}", ill.stdout);
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");
    let missing = doctor(&["--stack", "missing"]);
    assert!(missing.code == Some(2) && missing.stderr.contains("there is no stack missing"), "{}", missing.stderr);
}
