//! The queues of a stack: their settings, and what waits in them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::Finding;
use crate::queue::sqs::{Access, QueueUrl};
use crate::terminal::counted;

/// The queues, by the outputs with their URLs.
const QUEUES: [(&str, Role); 3] =
    [("QueueUrl", Role::Main), ("DeadLetterQueueUrl", Role::DeadLetters), ("QuarantineQueueUrl", Role::Quarantine)];

/// The worker hides what has failed for up to a quarter of an hour, and may be stopped before it can.
const VISIBILITY_SECONDS: u64 = 900;
/// The number of attempts in three days on the worker's schedule.
const MAX_RECEIVES: u64 = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Main,
    DeadLetters,
    Quarantine,
}

impl Role {
    fn subject(self) -> &'static str {
        match self {
            Self::Main => "queue",
            Self::DeadLetters => "dead letters",
            Self::Quarantine => "quarantine",
        }
    }
}

/// Checks the queues that the outputs name.
pub(super) async fn check(access: &Access, outputs: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (output, role) in QUEUES {
        let Some(url) = outputs.get(output) else {
            findings.push(Finding::unknown(
                role.subject(),
                format!("the stack has no output {output}"),
                "was the stack deployed from this project's template?",
            ));
            continue;
        };
        let attributes = match url.parse::<QueueUrl>().map_err(anyhow::Error::from).and_then(|url| access.queue(&url)) {
            Ok(queue) => queue.all_attributes().await,
            Err(error) => Err(error),
        };
        match attributes {
            Ok(attributes) => findings.extend(judge(role, &attributes)),
            Err(error) => findings.push(Finding::unknown(role.subject(), format!("{error:#}"), "the error names the cause")),
        }
    }
    findings
}

fn judge(role: Role, attributes: &BTreeMap<String, String>) -> Vec<Finding> {
    let subject = role.subject();
    let number = |name: &str| attributes.get(name).and_then(|value| value.parse::<u64>().ok());
    let (waiting, in_flight) =
        (number("ApproximateNumberOfMessages").unwrap_or(0), number("ApproximateNumberOfMessagesNotVisible").unwrap_or(0));
    let mut findings = Vec::new();
    let mut wrong = |found: String, action: &str| findings.push(Finding::wrong(subject, found, action));
    if number("SqsManagedSseEnabled").is_none()
        && attributes.get("SqsManagedSseEnabled").is_none_or(|value| value != "true")
        && !attributes.contains_key("KmsMasterKeyId")
    {
        wrong("its messages are not encrypted at rest".to_owned(), "deploy the stack again, or turn on SSE-SQS");
    }
    if attributes.get("Policy").is_some_and(|policy| is_public(policy)) {
        wrong("its policy allows everyone".to_owned(), "remove the statement that allows `*` without a condition");
    }
    match role {
        Role::Main => {
            if let Some(seconds) = number("VisibilityTimeout").filter(|seconds| *seconds < VISIBILITY_SECONDS) {
                wrong(
                    format!("its VisibilityTimeout is {seconds} s: an event may be received again during its delivery"),
                    "set it to 900, as the template does",
                );
            }
            match max_receives(attributes) {
                None => wrong("it has no RedrivePolicy: an event that always fails is never given up".to_owned(), "deploy the stack again"),
                Some(count) if count < MAX_RECEIVES => wrong(
                    format!("its maxReceiveCount is {count}: an event becomes a dead letter before the three days of retries are over"),
                    "set it to 300, as the template does",
                ),
                Some(_) => {}
            }
        }
        Role::DeadLetters if waiting + in_flight > 0 => {
            wrong(
                format!("{} given up", were(waiting + in_flight, "event")),
                "see why with `chathooks tail --once`, then `chathooks redrive --from dead-letter`",
            );
        }
        Role::Quarantine if waiting + in_flight > 0 => wrong(
            format!("{} verified, but could not be parsed", were(waiting + in_flight, "webhook")),
            "see them with `chathooks tail --once`; after an update try `chathooks redrive --from quarantine`",
        ),
        Role::DeadLetters | Role::Quarantine => {}
    }
    if findings.is_empty() {
        let found = if role == Role::Main {
            format!("its settings are correct; {} waiting, {in_flight} in flight", counted(waiting, "event"))
        } else {
            "it is empty".to_owned()
        };
        findings.push(Finding::ok(subject, found));
    }
    findings
}

fn max_receives(attributes: &BTreeMap<String, String>) -> Option<u64> {
    let policy: Value = serde_json::from_str(attributes.get("RedrivePolicy")?).ok()?;
    let count = &policy["maxReceiveCount"];
    count.as_u64().or_else(|| count.as_str()?.parse().ok())
}

/// Whether a statement allows everybody, without a condition.
fn is_public(policy: &str) -> bool {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    statements.iter().any(|statement| {
        let principal = &statement["Principal"];
        let is_all = |value: &Value| *value == "*" || value.as_array().is_some_and(|all| all.iter().any(|one| *one == "*"));
        statement["Effect"] == "Allow" && statement.get("Condition").is_none() && (is_all(principal) || is_all(&principal["AWS"]))
    })
}

fn were(count: u64, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "was" } else { "were" })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use serde_json::json;

    fn attributes(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let right = [
            ("VisibilityTimeout", "900"),
            ("SqsManagedSseEnabled", "true"),
            ("RedrivePolicy", r#"{"maxReceiveCount":"300"}"#),
            ("ApproximateNumberOfMessages", "0"),
        ];
        right.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_the_template_does_not_set_is_told() {
        let found = |role, changes: &[(&str, &str)]| -> Vec<(Level, String)> {
            judge(role, &attributes(changes)).into_iter().map(|finding| (finding.level, finding.found)).collect()
        };
        assert_eq!(found(Role::Main, &[("ApproximateNumberOfMessages", "5")])[0].0, Level::Ok);
        let policy = json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": "sqs:*"}}).to_string();
        for (role, change, told) in [
            (Role::Main, ("VisibilityTimeout", "30"), "VisibilityTimeout is 30 s"),
            (Role::Main, ("RedrivePolicy", r#"{"maxReceiveCount":5}"#), "maxReceiveCount is 5"),
            (Role::Main, ("RedrivePolicy", ""), "no RedrivePolicy"),
            (Role::Main, ("SqsManagedSseEnabled", "false"), "not encrypted"),
            (Role::Main, ("Policy", policy.as_str()), "allows everyone"),
            (Role::DeadLetters, ("ApproximateNumberOfMessages", "3"), "3 events were given up"),
            (Role::Quarantine, ("ApproximateNumberOfMessagesNotVisible", "1"), "1 webhook was"),
        ] {
            let found = found(role, &[change]);
            assert!(found.len() == 1 && found[0].0 == Level::Wrong && found[0].1.contains(told), "{told}: {found:?}");
        }
        assert!(!is_public(r#"{"Statement":[{"Effect":"Deny","Principal":"*"},{"Effect":"Allow","Principal":"*","Condition":{}}]}"#));
    }
}
