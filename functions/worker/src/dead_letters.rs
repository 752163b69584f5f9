//! The dead-letter queue, for records that no retry can help. They are sent there immediately, unchanged except for the
//! attributes `reason` and `status`.
//!
//! Only a record that the queue has acknowledged counts as done.

use std::time::Duration;

use shared::queue::MAX_BYTES;
use shared::queue::sink::{Failure, Outcome};
use shared::queue::sqs::{Attribute, Clients, Forwarded, MAX_ATTRIBUTES, SqsQueue};
use shared::retry::CALLS;
use shared::settings::{DEAD_LETTER_QUEUE_URL, SettingError, Settings};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use crate::handle::Reason;
use crate::sqs_event::Record;

/// The time limit of one call. SQS normally responds in about ten milliseconds. A call that is canceled can still succeed;
/// the next one then adds a second copy to the queue.
const LONGEST_CALL: Duration = Duration::from_secs(3);
/// The maximum number of calls for one record.
const MAX_SENDS: u32 = 3;
/// The maximum number of concurrent calls.
const MAX_CALLS: usize = 16;

/// The dead-letter queue.
pub struct DeadLetters {
    queue: SqsQueue,
    calls: Semaphore,
}

/// Why no retry can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The receiver refused the event with this status.
    Refused(u16),
    /// The record is not an event.
    Invalid,
}

impl Cause {
    /// Returns the attribute `reason`.
    fn reason(self) -> Reason {
        match self {
            Self::Refused(_) => Reason::Refused,
            Self::Invalid => Reason::Invalid,
        }
    }
}

impl DeadLetters {
    /// Returns the queue of `DEAD_LETTER_QUEUE_URL`, or `None` if it is not set.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn from_settings(clients: &mut Clients, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let queue = SqsQueue::of_setting(DEAD_LETTER_QUEUE_URL, clients, settings)?;
        Ok(queue.map(|queue| Self { queue, calls: Semaphore::new(MAX_CALLS) }))
    }

    /// Sends a record before `end`.
    ///
    /// # Errors
    /// The queue has not acknowledged the record, which must then be reported as failed.
    pub(crate) async fn send(&self, record: &Record, cause: Cause, end: Instant) -> Outcome {
        let message = forwarded(record, cause).ok_or_else(|| Failure::new("unreadable_attributes", false))?;
        // The semaphore is never closed.
        let _permit = self.calls.acquire().await;
        let mut failures = 0;
        loop {
            let sent = timeout_at(end.min(Instant::now() + LONGEST_CALL), self.queue.forward(&message)).await;
            let failure = match sent.unwrap_or_else(|_| Err(Failure::new("timeout", true))) {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            failures += 1;
            let pause = CALLS.pause(failures);
            if !failure.is_retriable || failures == MAX_SENDS || Instant::now() + pause >= end {
                return Err(failure);
            }
            sleep(pause).await;
        }
    }
}

/// Returns the message to send for a record, or `None` if its attributes are invalid, which makes sending it unchanged
/// impossible.
///
/// `reason` and `status` replace attributes with these names. If SQS would reject the message for having too many attributes
/// or bytes, `status` is left out, and then `reason`: the log line has both, but the sender's attributes are stored only here.
fn forwarded(record: &Record, cause: Cause) -> Option<Forwarded<'_>> {
    let text = |value: &str| Attribute::text("String", value);
    let reason = ("reason", text(cause.reason().as_str())?);
    let status = match cause {
        Cause::Refused(status) => Some(("status", text(&status.to_string())?)),
        Cause::Invalid => None,
    };
    let own: Vec<(&str, Attribute)> = [reason].into_iter().chain(status).collect();
    let kept = record.message_attributes.0.as_ref()?.iter().map(|(name, attribute)| (name.as_str(), attribute.clone()));
    let mut attributes: Vec<(&str, Attribute)> = kept.filter(|(name, _)| own.iter().all(|(replaced, _)| replaced != name)).collect();
    let mut size = record.body.len() + attributes.iter().map(|(name, attribute)| name.len() + attribute.size()).sum::<usize>();
    for (name, attribute) in own {
        size += name.len() + attribute.size();
        if attributes.len() == MAX_ATTRIBUTES || size > MAX_BYTES {
            break;
        }
        attributes.push((name, attribute));
    }
    Some(Forwarded {
        body: &record.body,
        attributes,
        trace: record.trace(),
        group: record.attributes.message_group_id.as_deref(),
        deduplication_id: &record.message_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqs_event::MessageAttributes;

    fn record(names: &[&str]) -> Record {
        let value = |name: &&str| ((*name).to_owned(), Attribute::text("String", "own").expect("an attribute"));
        Record { message_attributes: MessageAttributes(Some(names.iter().map(value).collect())), ..Record::default() }
    }

    fn names(record: &Record, cause: Cause) -> Vec<String> {
        let message = forwarded(record, cause).expect("a message");
        let own = Attribute::text("String", "own").expect("an attribute");
        message.attributes.iter().map(|(name, value)| format!("{name}{}", if *value == own { "" } else { "*" })).collect()
    }

    #[test]
    fn a_reason_replaces_the_senders_and_only_a_refusal_sets_a_status() {
        let record = record(&["provider", "reason", "status"]);
        assert_eq!(names(&record, Cause::Refused(422)), ["provider", "reason*", "status*"]);
        assert_eq!(names(&record, Cause::Invalid), ["provider", "status", "reason*"]);
    }

    #[test]
    fn the_senders_attributes_take_precedence() {
        let all = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let own = |count: usize| names(&record(&all[..count]), Cause::Refused(400)).split_off(count);
        assert_eq!((own(8), own(9), own(10)), (vec!["reason*".to_owned(), "status*".to_owned()], vec!["reason*".to_owned()], vec![]));
    }

    #[test]
    fn the_largest_body_leaves_them_out() {
        // Each name has 6 bytes; type and value together have 13 and 9.
        for (room, own) in [(34, vec!["reason*", "status*"]), (33, vec!["reason*"]), (19, vec!["reason*"]), (18, vec![])] {
            let record = Record { body: "x".repeat(MAX_BYTES - room), ..record(&[]) };
            assert_eq!(names(&record, Cause::Refused(400)), own, "{room}");
        }
    }

    #[test]
    fn a_record_with_invalid_attributes_is_not_sent() {
        let record = Record { message_attributes: MessageAttributes(None), ..Record::default() };
        assert!(forwarded(&record, Cause::Invalid).is_none());
    }
}
