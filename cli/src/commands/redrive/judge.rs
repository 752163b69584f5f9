//! Decides about a message: it is moved, it stays for a reason, or it is not selected.

use shared::quarantine::{Remains, parse_again};
use shared::timestamp::Timestamp;

use super::age::Age;
use super::args::{RedriveArgs, SourceQueue};
use crate::endpoints::Endpoints;
use crate::queue::{Selection, StoredMessage, Summary};
use crate::settings::Sources;

/// What to do with a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The flags do not select the message.
    NotChosen,
    /// Send these messages in its place, then delete it.
    Move(Vec<StoredMessage>),
    /// Leave it in the source, for this reason.
    Stay(String),
}

/// The selection flags, the providers' endpoints, and the kind of target.
pub(super) struct Judge {
    selection: Selection,
    reason: Option<String>,
    older_than: Option<Age>,
    newer_than: Option<Age>,
    from: Option<SourceQueue>,
    /// `None` if no message is parsed again, so no secret is needed.
    endpoints: Option<Endpoints>,
    is_ordered: bool,
    /// Whether to move malformed messages too.
    malformed: bool,
}

impl Judge {
    /// Creates a judge from the flags.
    ///
    /// # Errors
    /// Returns an error if a secret is invalid.
    pub(super) fn new(args: &RedriveArgs, sources: &Sources) -> anyhow::Result<Self> {
        // Only quarantined messages are verified again.
        let parses = matches!(args.from, Some(SourceQueue::Quarantine) | None);
        Ok(Self {
            selection: args.selection.clone(),
            reason: args.reason.clone(),
            older_than: args.older_than,
            newer_than: args.newer_than,
            from: args.from,
            endpoints: if parses { Some(Endpoints::read(&sources.settings())?) } else { None },
            is_ordered: false,
            malformed: args.malformed,
        })
    }

    /// Returns this judge for a target that is ordered (FIFO) or not.
    pub(super) fn for_target(self, is_ordered: bool) -> Self {
        Self { is_ordered, ..self }
    }

    /// Returns whether the flags select every message without parsing it again, so that none has to be held until the end.
    pub(super) fn takes_all(&self) -> bool {
        let is_any_age = self.older_than.is_none() && self.newer_than.is_none();
        self.selection.is_all()
            && self.reason.is_none()
            && is_any_age
            && matches!(self.from, Some(SourceQueue::DeadLetter | SourceQueue::Fallback))
    }

    /// Decides what to do with a message. `sent_at` is in milliseconds since 1970.
    pub(super) fn judge(&self, message: &StoredMessage, summary: &Summary, sent_at: i64) -> Decision {
        let now = Timestamp::now().millis();
        let is_chosen = self.selection.has(summary)
            && (self.reason.is_none() || self.reason == summary.reason || self.reason == summary.cause)
            && self.older_than.is_none_or(|age| age.has_passed(sent_at, now))
            && self.newer_than.is_none_or(|age| !age.has_passed(sent_at, now));
        if !is_chosen {
            return Decision::NotChosen;
        }
        let is_quarantined =
            self.from.map_or(summary.reason.is_some() && !message.is_dead_letter(), |from| from == SourceQueue::Quarantine);
        if !is_quarantined {
            if let Some(reason) = message.malformed().filter(|_| !self.malformed) {
                return Decision::Stay(format!("malformed ({reason}): handlers cannot process it; --malformed moves it anyway"));
            }
            return Decision::Move(vec![message.clone().without_dead_letter_attributes()]);
        }
        let endpoints = self.endpoints.as_ref().map_or(&[][..], Endpoints::as_slice);
        let envelope = message.event().ok_or(Remains::Altered);
        let messages = envelope.and_then(|envelope| parse_again(endpoints, &envelope, message.trace.as_deref(), self.is_ordered));
        match messages {
            Ok(messages) => Decision::Move(messages.into_iter().map(StoredMessage::from).collect()),
            Err(remains) => Decision::Stay(format!("{}: {remains}", remains.reason())),
        }
    }
}
