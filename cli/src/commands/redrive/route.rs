//! The source and the target of a redrive.

use std::path::PathBuf;

use anyhow::{Context, bail};
use shared::settings::{FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL};

use super::args::{RedriveArgs, SourceQueue};
use crate::queue::sqlite::SideQueue;
use crate::queue::sqs::{Access, SqsQueue};
use crate::queue::{DEFAULT_FILE, queue_url};
use crate::settings::Sources;

/// A source queue and a target queue.
pub(super) enum Route {
    /// Within the embedded queue's file.
    File(PathBuf, SideQueue),
    /// Between two SQS queues.
    Sqs {
        /// The queue to move messages from.
        source: SqsQueue,
        /// The queue to move messages to.
        target: SqsQueue,
    },
}

impl Route {
    /// Finds the queues that the flags and the settings name.
    ///
    /// # Errors
    /// Returns an error if a queue is missing or invalid, or cannot be read.
    pub(super) async fn find(args: &RedriveArgs, sources: &Sources) -> anyhow::Result<Self> {
        let to = args.to_url.clone().map_or_else(|| queue_url(sources, QUEUE_URL), |url| Ok(Some(url)))?;
        let Some(to) = to.filter(|_| args.queue_file.is_none()) else { return embedded(args) };
        let access = Access::find(sources).await;
        let target = access.queue(&to)?;
        let named = |name: &str| {
            let url = queue_url(sources, name)?;
            access.queue(&url.with_context(|| format!("{name} is not set; set it, or pass the source with --from-url"))?)
        };
        let source = match (&args.from_url, args.from) {
            (Some(url), _) => access.queue(url)?,
            (None, Some(SourceQueue::Quarantine)) => named(QUARANTINE_QUEUE_URL)?,
            (None, Some(SourceQueue::Fallback)) => named(FALLBACK_QUEUE_URL)?,
            (None, Some(SourceQueue::DeadLetter) | None) => access.dead_letters(&target).await?,
        };
        if source.url() == target.url() {
            bail!("the source and the target are the same queue, {}", source.url());
        }
        Ok(Self::Sqs { source, target })
    }

    /// Returns whether the target is a FIFO queue. The embedded queue stores the messages of a conversation in one
    /// transaction, so it does not need their order.
    pub(super) fn is_ordered(&self) -> bool {
        match self {
            Self::File(..) => false,
            Self::Sqs { target, .. } => target.is_fifo(),
        }
    }
}

fn embedded(args: &RedriveArgs) -> anyhow::Result<Route> {
    let file = args.queue_file.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    match args.from {
        _ if args.from_url.is_some() => {
            bail!("{QUEUE_URL} is not set; set it to the target queue, or pass the target with --to-url")
        }
        Some(SourceQueue::DeadLetter) => Ok(Route::File(file, SideQueue::DeadLetters)),
        Some(SourceQueue::Quarantine) => Ok(Route::File(file, SideQueue::Quarantine)),
        Some(SourceQueue::Fallback) | None => {
            bail!("the embedded queue has no fallback; for SQS, set {QUEUE_URL} and {FALLBACK_QUEUE_URL}")
        }
    }
}
