//! Writes an export to a new file that only the current user can read. Never overwrites a file.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::queue::message::StoredMessage;

/// A new export file. It is removed on drop unless [`Writer::finish`] was called.
pub(crate) struct Writer {
    path: PathBuf,
    file: File,
    is_whole: bool,
}

impl Writer {
    /// Creates the file.
    ///
    /// # Errors
    /// Returns an error if the file exists already, or if it cannot be created.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => anyhow!("{} exists already; pass a new file with --export", path.display()),
            _ => anyhow::Error::from(error).context(format!("cannot create {}; pass another file with --export", path.display())),
        })?;
        Ok(Self { path: path.to_owned(), file, is_whole: false })
    }

    /// Appends a message.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(crate) fn write(&mut self, message: &StoredMessage) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.file.write_all(&line).with_context(|| format!("cannot write to {}; the file is removed", self.path.display()))
    }

    /// Completes the export and keeps the file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written to the disk.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.file.sync_all().with_context(|| format!("cannot write to {}; the file is removed", self.path.display()))?;
        self.is_whole = true;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_whole {
            // The error that led here is reported even if the file cannot be removed.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
