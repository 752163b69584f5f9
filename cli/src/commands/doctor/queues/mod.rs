//! The queues of a stack: both pairs of a queue and its dead-letter queue, and the quarantine queue.

mod policy;
mod settings;

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::aws::Aws;
use super::finding::Finding;
use super::functions::Function;
use crate::terminal::{counted, program};

/// The queues and the stack outputs with their URLs.
const QUEUES: [(Role, &str); 5] = [
    (Role::Main, "QueueUrl"),
    (Role::DeadLetters, "DeadLetterQueueUrl"),
    (Role::Other, "OtherQueueUrl"),
    (Role::OtherDeadLetters, "OtherDeadLetterQueueUrl"),
    (Role::Quarantine, "QuarantineQueueUrl"),
];

/// What a queue is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Receives the events.
    Main,
    /// Receives the messages of the main queue that failed.
    DeadLetters,
    /// The queue of the other type, standard or FIFO: it has events only from before a change of `QueueType`.
    Other,
    /// Receives the messages of the other queue that failed.
    OtherDeadLetters,
    /// Receives verified bodies that could not be parsed.
    Quarantine,
}

impl Role {
    fn subject(self) -> &'static str {
        match self {
            Self::Main => "queue",
            Self::DeadLetters => "dead-letter queue",
            Self::Other => "other queue",
            Self::OtherDeadLetters => "other dead-letter queue",
            Self::Quarantine => "quarantine queue",
        }
    }
}

/// A queue and its attributes, by their names.
#[derive(Debug)]
struct Queue<'o> {
    role: Role,
    url: &'o str,
    attributes: BTreeMap<String, String>,
}

impl Queue<'_> {
    fn number(&self, name: &str) -> Option<u64> {
        self.attributes.get(name)?.parse().ok()
    }

    /// The number of messages that can be received, and of those that are in flight.
    fn counts(&self) -> [u64; 2] {
        ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"].map(|name| self.number(name).unwrap_or(0))
    }
}

/// Checks the queues in the stack's outputs.
pub(super) async fn check(aws: &Aws, outputs: &BTreeMap<String, String>, functions: &[Function]) -> Vec<Finding> {
    let read = join_all(QUEUES.map(|(role, output)| read(aws, role, output, outputs))).await;
    let is_read = |url: &str| {
        functions.iter().any(|function| function.settings.get("QUEUE_URL").is_some_and(|urls| urls.split(',').any(|one| one == url)))
    };
    let queues: Vec<&Queue<'_>> = read.iter().flatten().collect();
    let judge = |queue| match queue {
        Ok(queue) => {
            let mut findings = settings::judge(queue, &queues);
            findings.extend(policy::judge(queue));
            findings.extend(content(queue, outputs, if functions.is_empty() { None } else { Some(is_read(queue.url)) }));
            if findings.is_empty() {
                findings.push(Finding::ok(queue.role.subject(), in_order(queue)));
            }
            findings
        }
        Err(finding) => vec![Finding::clone(finding)],
    };
    read.iter().map(Result::as_ref).flat_map(judge).collect()
}

async fn read<'o>(aws: &Aws, role: Role, output: &str, outputs: &'o BTreeMap<String, String>) -> Result<Queue<'o>, Finding> {
    let subject = role.subject();
    let Some(url) = outputs.get(output) else {
        let found = format!("the stack has no output {output}");
        return Err(Finding::unknown(subject, found, "was the stack deployed from this version of the template?"));
    };
    let attributes = aws.queue_attributes(url).await.map_err(|error| {
        if error.is_not_found() {
            let action = "restore it: remove it from the template, deploy, then deploy the whole template again";
            return Finding::wrong(subject, format!("{url} does not exist: it was deleted outside CloudFormation"), action);
        }
        Finding::unknown(subject, error.to_string(), format!("{} on {url}", error.action()))
    })?;
    let attributes = attributes["Attributes"].as_object().into_iter().flatten();
    let attributes = attributes.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    Ok(Queue { role, url, attributes: attributes.collect() })
}

/// Returns a finding for messages that are where they should not stay. `is_read` is whether a function of the stack
/// consumes the queue, or `None` if that is unknown.
fn content(queue: &Queue<'_>, outputs: &BTreeMap<String, String>, is_read: Option<bool>) -> Option<Finding> {
    let (subject, url, program) = (queue.role.subject(), queue.url, program());
    let count: u64 = queue.counts().iter().sum();
    if count == 0 {
        return None;
    }
    let messages = counted(count, "message");
    let look = format!("look at them with `{program} tail --once --queue-url {url}`");
    let source = |output: &str| outputs.get(output).map_or("…", String::as_str);
    let redrive = |output| format!("{look}, then `QUEUE_URL={} {program} redrive --from dead-letter`", source(output));
    match queue.role {
        Role::Main => None,
        Role::Other => {
            let found = format!("{messages} from before QueueType was changed");
            let action = "let your consumer read it until it is empty: see \"Change a running stack\" in docs/operations.md";
            Some(match is_read {
                Some(true) => Finding::note(subject, format!("{found}; the worker reads the queue")),
                Some(false) => Finding::wrong(subject, format!("{found}; no function of the stack reads the queue"), action),
                None => Finding::note(subject, found).with_action(action),
            })
        }
        Role::DeadLetters | Role::OtherDeadLetters => {
            let found = format!("{messages} (failed for three days, refused by the receiver, or not an event)");
            Some(Finding::wrong(subject, found, redrive(if queue.role == Role::DeadLetters { "QueueUrl" } else { "OtherQueueUrl" })))
        }
        Role::Quarantine => {
            let found = format!("{messages} (verified, but could not be parsed)");
            let action =
                format!("{look}; after an update, `QUARANTINE_QUEUE_URL={url} {program} redrive --from quarantine` parses them again");
            Some(Finding::wrong(subject, found, action))
        }
    }
}

fn in_order(queue: &Queue<'_>) -> String {
    match (queue.role, queue.counts()) {
        (Role::Main, [waiting, in_flight]) => {
            format!("its settings are correct; {} waiting, {in_flight} in flight", counted(waiting, "message"))
        }
        _ => "its settings are correct, and it is empty".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn the_template_has_the_outputs() {
        let template = std::fs::read_to_string(testkit::workspace().join("template.yaml")).expect("the template");
        let (_, outputs) = template.split_once("\nOutputs:\n").expect("outputs");
        for output in QUEUES.iter().map(|(_, output)| *output).chain(["Version"]) {
            assert!(outputs.contains(&format!("\n  {output}:\n")), "{output}");
        }
    }

    #[test]
    fn unhandled_messages_are_found() {
        let outputs = BTreeMap::from([("QueueUrl", "https://q/main"), ("OtherQueueUrl", "https://q/other.fifo")]);
        let outputs = outputs.into_iter().map(|(name, url)| (name.to_owned(), url.to_owned())).collect();
        let queue = |role, name: &str, count: &str| Queue {
            role,
            url: "https://q/this",
            attributes: BTreeMap::from([(name.to_owned(), count.to_owned())]),
        };
        let waiting = |role, is_read| content(&queue(role, "ApproximateNumberOfMessages", "3"), &outputs, is_read);
        assert_eq!(waiting(Role::Main, Some(true)), None);
        assert_eq!(content(&queue(Role::Quarantine, "ApproximateNumberOfMessages", "0"), &outputs, None), None);
        for (role, is_read, level, action) in [
            (Role::Other, Some(true), Level::Note, ""),
            (Role::Other, Some(false), Level::Wrong, "let your consumer read it"),
            (Role::Other, None, Level::Note, "let your consumer read it"),
            (Role::DeadLetters, Some(false), Level::Wrong, "QUEUE_URL=https://q/main "),
            (Role::OtherDeadLetters, Some(false), Level::Wrong, "QUEUE_URL=https://q/other.fifo "),
            (Role::Quarantine, Some(false), Level::Wrong, "QUARANTINE_QUEUE_URL=https://q/this "),
        ] {
            let finding = waiting(role, is_read).expect("a finding");
            assert!(finding.level == level && finding.found.starts_with("3 "), "{finding:?}");
            assert!(finding.action.as_deref().unwrap_or_default().contains(action), "{finding:?}");
        }
        let in_flight = queue(Role::DeadLetters, "ApproximateNumberOfMessagesNotVisible", "1");
        assert!(content(&in_flight, &outputs, None).is_some());
    }
}
