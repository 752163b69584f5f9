//! What becomes of a message: moved, left for a reason, or none of this command's business.

use shared::event::CloudEvent;
use shared::provider::Provider;
use shared::quarantine::{Remains, read_again};
use shared::timestamp::Timestamp;

use super::age::Age;
use super::args::{RedriveArgs, SourceQueue};
use crate::functions;
use crate::queue::{Selection, StoredMessage, Summary};
use crate::settings::Sources;

/// What to do with a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It does not fit the flags.
    NotChosen,
    /// Send these in its place, then delete it.
    Move(Vec<StoredMessage>),
    /// It stays where it is, for that reason.
    Stay(String),
}

/// The flags, and the providers with their secrets.
pub(super) struct Judge {
    selection: Selection,
    reason: Option<String>,
    older_than: Option<Age>,
    newer_than: Option<Age>,
    from: Option<SourceQueue>,
    providers: Vec<Box<dyn Provider>>,
}

impl Judge {
    /// By these flags.
    ///
    /// # Errors
    /// A secret is wrong.
    pub(super) fn new(args: &RedriveArgs, sources: &Sources) -> anyhow::Result<Self> {
        // Dead letters and a fallback's messages need no secret.
        let reads = matches!(args.from, Some(SourceQueue::Quarantine) | None);
        Ok(Self {
            selection: args.selection.clone(),
            reason: args.reason.clone(),
            older_than: args.older_than,
            newer_than: args.newer_than,
            from: args.from,
            providers: if reads { functions::providers(&sources.settings())? } else { Vec::new() },
        })
    }

    /// Whether every message is moved: nothing has to be held until the end.
    pub(super) fn takes_all(&self) -> bool {
        let is_any_age = self.older_than.is_none() && self.newer_than.is_none();
        self.selection.is_all()
            && self.reason.is_none()
            && is_any_age
            && matches!(self.from, Some(SourceQueue::DeadLetter | SourceQueue::Fallback))
    }

    /// What to do with a message that was sent then, in milliseconds since 1970.
    pub(super) fn judge(&self, message: &StoredMessage, summary: &Summary, sent_at: i64) -> Decision {
        let now = Timestamp::now().millis();
        let is_chosen = self.selection.has(summary)
            && (self.reason.is_none() || self.reason == summary.reason)
            && self.older_than.is_none_or(|age| age.has_passed(sent_at, now))
            && self.newer_than.is_none_or(|age| !age.has_passed(sent_at, now));
        if !is_chosen {
            return Decision::NotChosen;
        }
        let is_quarantined = self.from.map_or(summary.reason.is_some(), |from| from == SourceQueue::Quarantine);
        if !is_quarantined {
            return Decision::Move(vec![message.clone()]);
        }
        let envelope: Option<CloudEvent> = message.event();
        let messages = envelope.ok_or(Remains::Altered).and_then(|envelope| read_again(&self.providers, &envelope, message.trace.clone()));
        match messages {
            Ok(messages) => Decision::Move(messages.into_iter().map(StoredMessage::from).collect()),
            Err(remains) => Decision::Stay(format!("{}: {remains}", remains.reason())),
        }
    }
}
