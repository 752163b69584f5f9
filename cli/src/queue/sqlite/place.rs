//! Whether a path still leads to the file that is open: a queue whose file was deleted or replaced takes messages that
//! nobody finds again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::terminal::output;

/// What identifies a file.
type FileId = Option<(u64, u64)>;

/// An open file, and the file beside it in which SQLite writes ahead.
#[derive(Debug)]
pub(super) struct Place {
    files: [(PathBuf, FileId); 2],
    is_told: AtomicBool,
}

impl Place {
    /// The place of a queue that was just opened.
    pub(super) fn of(path: &Path) -> Self {
        let files = [path.to_owned(), beside(path, "-wal")].map(|file| (file.clone(), file_id(&file)));
        Self { files, is_told: AtomicBool::new(false) }
    }

    /// Whether the queue is still there. Prints an error the first time that it is not.
    pub(super) fn is_kept(&self) -> bool {
        // A file that did not exist at the start is ignored.
        let lost = self.files.iter().find(|(file, id)| id.is_some() && file_id(file) != *id);
        if let Some((file, _)) = lost
            && !self.is_told.swap(true, Ordering::Relaxed)
        {
            output::error(&anyhow::anyhow!(
                "{} was deleted or replaced while it was in use: new webhooks are answered 503; restart to create a new queue",
                file.display()
            ));
        }
        lost.is_none()
    }
}

/// The file that SQLite keeps beside another one.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(unix)]
fn file_id(path: &Path) -> FileId {
    use std::os::unix::fs::MetadataExt;
    std::fs::symlink_metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Windows does not delete a file that is open.
#[cfg(not(unix))]
fn file_id(_path: &Path) -> FileId {
    None
}
