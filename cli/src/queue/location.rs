//! The queue that a command works on: an SQS queue by its URL, or the embedded queue by its file.

use std::fmt;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use shared::settings::QUEUE_URL;

use super::sqs::QueueUrl;
use crate::settings::Sources;

/// The default file of the embedded queue.
pub(crate) const DEFAULT_FILE: &str = ".chathooks/queue.sqlite3";

/// The flags that name a queue.
#[derive(Debug, Clone, Args)]
pub(crate) struct LocationArgs {
    /// The URL of the SQS queue, instead of QUEUE_URL
    #[arg(long, value_name = "URL", conflicts_with = "queue_file")]
    pub(crate) queue_url: Option<QueueUrl>,

    /// The file of the embedded queue, instead of SQS; the default if QUEUE_URL is not set is the file of `chathooks dev`
    #[arg(long, value_name = "FILE")]
    pub(crate) queue_file: Option<PathBuf>,

    /// A file with settings, one NAME=value per line
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

/// The location of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueueLocation {
    /// The URL of an SQS queue.
    Sqs(QueueUrl),
    /// The file of an embedded queue.
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
    /// Returns the queue that the flags name, or else the one in the settings, or else the embedded queue's default file.
    ///
    /// # Errors
    /// Returns an error if the setting is not a queue URL.
    pub(crate) fn location(&self, sources: &Sources) -> anyhow::Result<QueueLocation> {
        if let Some(file) = &self.queue_file {
            return Ok(QueueLocation::File(file.clone()));
        }
        let url = self.queue_url.clone().map_or_else(|| queue_url(sources, QUEUE_URL), |url| Ok(Some(url)))?;
        Ok(url.map_or_else(|| QueueLocation::File(PathBuf::from(DEFAULT_FILE)), QueueLocation::Sqs))
    }
}

/// Returns the queue URL in a setting.
///
/// # Errors
/// Returns an error if the setting is not a queue URL. The error does not show its value.
pub(crate) fn queue_url(sources: &Sources, name: &str) -> anyhow::Result<Option<QueueUrl>> {
    let Some((text, _)) = sources.find(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|error| anyhow!("{name}: {error}"))
}
