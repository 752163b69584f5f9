//! Which queue a command is about: SQS by its URL, or the embedded one in its file.

use std::fmt;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use shared::settings::QUEUE_URL;

use super::sqs::QueueUrl;
use crate::settings::Sources;

/// The file of the embedded queue of `chathooks dev`, where no flag names another.
pub(crate) const DEFAULT_FILE: &str = ".chathooks/queue.sqlite3";

/// The flags that name a queue.
#[derive(Debug, Clone, Args)]
pub(crate) struct LocationArgs {
    /// The SQS queue, in place of QUEUE_URL
    #[arg(long, value_name = "URL", conflicts_with = "queue_file")]
    pub(crate) queue_url: Option<QueueUrl>,

    /// The file of the embedded queue; without it and without QUEUE_URL it is that of `chathooks dev`
    #[arg(long, value_name = "FILE")]
    pub(crate) queue_file: Option<PathBuf>,

    /// A file with settings, a line each: NAME=value
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

/// Where a queue is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueueLocation {
    /// On SQS.
    Sqs(QueueUrl),
    /// In a file.
    File(PathBuf),
}

impl fmt::Display for QueueLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqs(url) => url.fmt(out),
            Self::File(file) => file.display().fmt(out),
        }
    }
}

impl LocationArgs {
    /// The queue that the flags name, else the one of the settings, else that of `chathooks dev`.
    ///
    /// # Errors
    /// The setting is no queue's URL.
    pub(crate) fn location(&self, sources: &Sources) -> anyhow::Result<QueueLocation> {
        if let Some(file) = &self.queue_file {
            return Ok(QueueLocation::File(file.clone()));
        }
        let url = self.queue_url.clone().map_or_else(|| queue_url(sources, QUEUE_URL), |url| Ok(Some(url)))?;
        Ok(url.map_or_else(|| QueueLocation::File(PathBuf::from(DEFAULT_FILE)), QueueLocation::Sqs))
    }
}

/// The queue's URL in a setting.
///
/// # Errors
/// It is no queue's URL. It is not shown.
pub(crate) fn queue_url(sources: &Sources, name: &str) -> anyhow::Result<Option<QueueUrl>> {
    let Some((text, _)) = sources.find(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|error| anyhow!("{name}: {error}"))
}
