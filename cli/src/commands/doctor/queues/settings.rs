//! The settings of a queue, compared with what retries and redrives need.

use serde_json::Value;

use super::super::finding::Finding;
use super::{Queue, Role};

/// The worker's longest pause between two attempts. It applies even if the worker is killed before it can set a pause.
const VISIBILITY_SECONDS: u64 = 900;
/// The number of attempts in three days on the worker's schedule.
const MAX_RECEIVES: u64 = 300;
/// The minimum retention: the three days of retries, rounded up to the four days that the template requires.
const RETENTION_SECONDS: u64 = 345_600;

const DEPLOY: &str = "deploy the template again, or correct the queue";

/// Returns a finding for each setting that is wrong. `all` are the queues of the stack that could be read.
pub(super) fn judge(queue: &Queue<'_>, all: &[&Queue<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong = |found: String, action: &str| findings.push(Finding::wrong(queue.role.subject(), found, action));
    let attribute = |name: &str| queue.attributes.get(name).map(String::as_str);
    if attribute("SqsManagedSseEnabled") != Some("true") && attribute("KmsMasterKeyId").is_none_or(str::is_empty) {
        wrong("its messages are not encrypted at rest".to_owned(), "deploy the template again, or turn on SSE-SQS");
    }
    let (Role::Main | Role::Other) = queue.role else { return findings };
    if let Some(seconds) = queue.number("VisibilityTimeout").filter(|seconds| *seconds < VISIBILITY_SECONDS) {
        wrong(
            format!("its VisibilityTimeout is {seconds} s: an event can be received again while it is being delivered"),
            "set it to 900, as the template does",
        );
    }
    match Redrive::of(queue) {
        None => wrong("it has no RedrivePolicy: an event that always fails never reaches the dead-letter queue".to_owned(), DEPLOY),
        Some(Redrive { receives, .. }) if receives < MAX_RECEIVES => wrong(
            format!("its maxReceiveCount is {receives}: an event reaches the dead-letter queue before the three days of retries are over"),
            "set it to 300, as the template does",
        ),
        Some(_) => {}
    }
    let retention = queue.number("MessageRetentionPeriod");
    if let Some(seconds) = retention.filter(|seconds| *seconds < RETENTION_SECONDS) {
        wrong(
            format!("its MessageRetentionPeriod is {seconds} s: SQS deletes events before the three days of retries are over"),
            "deploy with QueueRetentionSeconds of at least 345600",
        );
    }
    let role = if queue.role == Role::Main { Role::DeadLetters } else { Role::OtherDeadLetters };
    let Some(dead_letters) = all.iter().find(|other| other.role == role) else { return findings };
    let name = dead_letters.url.rsplit('/').next().unwrap_or_default();
    if let Some(redrive) = Redrive::of(queue).filter(|redrive| redrive.name() != name) {
        wrong(format!("its dead-letter messages go to {}, not to the stack's {name}", redrive.name()), DEPLOY);
    }
    // When SQS moves a message to a FIFO dead-letter queue, the message's age starts again at 0.
    let keeps_age = !queue.url.ends_with(".fifo");
    if keeps_age && retention.zip(dead_letters.number("MessageRetentionPeriod")).is_some_and(|(events, dead)| dead <= events) {
        wrong(
            "its dead-letter queue does not keep messages longer than it does, and messages keep their age: SQS deletes them early"
                .to_owned(),
            "deploy with DeadLetterRetentionSeconds greater than QueueRetentionSeconds",
        );
    }
    findings
}

/// A redrive policy.
struct Redrive {
    receives: u64,
    arn: String,
}

impl Redrive {
    fn of(queue: &Queue<'_>) -> Option<Self> {
        let policy: Value = serde_json::from_str(queue.attributes.get("RedrivePolicy")?).ok()?;
        let receives = &policy["maxReceiveCount"];
        let receives = receives.as_u64().or_else(|| receives.as_str()?.parse().ok())?;
        Some(Self { receives, arn: policy["deadLetterTargetArn"].as_str()?.to_owned() })
    }

    /// The name of the dead-letter queue.
    fn name(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(role: Role, changes: &[(&str, &str)]) -> Queue<'static> {
        let correct = [
            ("VisibilityTimeout", "900"),
            ("SqsManagedSseEnabled", "true"),
            ("MessageRetentionPeriod", if role == Role::Main { "864000" } else { "1209600" }),
            ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:aws:sqs:r:1:dead","maxReceiveCount":"300"}"#),
        ];
        let all = correct.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Queue { role, url: "https://q/dead", attributes: all.collect() }
    }

    #[test]
    fn settings_that_lose_events_are_found() {
        let dead = queue(Role::DeadLetters, &[]);
        let found = |role, changes: &[(&str, &str)]| judge(&queue(role, changes), &[&dead]);
        assert_eq!(found(Role::Main, &[]), []);
        assert_eq!(found(Role::DeadLetters, &[("VisibilityTimeout", "30"), ("RedrivePolicy", "")]), []);
        assert_eq!(found(Role::Main, &[("SqsManagedSseEnabled", "false"), ("KmsMasterKeyId", "arn:aws:kms:r:1:key/1")]), []);
        for (role, change, text) in [
            (Role::Main, ("VisibilityTimeout", "30"), "VisibilityTimeout is 30 s"),
            (Role::Other, ("VisibilityTimeout", "30"), "VisibilityTimeout is 30 s"),
            (Role::Main, ("RedrivePolicy", r#"{"deadLetterTargetArn":"a:dead","maxReceiveCount":5}"#), "maxReceiveCount is 5"),
            (
                Role::Main,
                ("RedrivePolicy", r#"{"deadLetterTargetArn":"a:else","maxReceiveCount":300}"#),
                "go to else, not to the stack's dead",
            ),
            (Role::Other, ("RedrivePolicy", ""), "no RedrivePolicy"),
            (Role::Main, ("MessageRetentionPeriod", "60"), "MessageRetentionPeriod is 60 s"),
            (Role::Main, ("MessageRetentionPeriod", "1209600"), "does not keep messages longer"),
            (Role::Main, ("SqsManagedSseEnabled", "false"), "not encrypted"),
            (Role::Quarantine, ("SqsManagedSseEnabled", "false"), "not encrypted"),
        ] {
            let found = found(role, &[change]);
            assert!(found.len() == 1 && found[0].found.contains(text), "{text}: {found:?}");
        }
    }
}
