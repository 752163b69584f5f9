//! Detects that an open file was deleted or replaced. What is written to such a file is lost.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::terminal::output;

/// The device and the inode of a file.
type FileId = Option<(u64, u64)>;

/// The identity of an open file and of its write-ahead log.
#[derive(Debug)]
pub(crate) struct Place {
    files: [(PathBuf, FileId); 2],
    effect: &'static str,
    is_reported: AtomicBool,
}

impl Place {
    /// Records the identity of a file that was just opened, and what the user is told if it is deleted or replaced.
    pub(crate) fn of(path: &Path, effect: &'static str) -> Self {
        let files = [path.to_owned(), beside(path, "-wal")].map(|file| (file.clone(), file_id(&file)));
        Self { files, effect, is_reported: AtomicBool::new(false) }
    }

    /// Returns whether the paths still lead to the open files. Prints an error the first time that they do not.
    pub(crate) fn is_kept(&self) -> bool {
        // A file that did not exist at startup is ignored.
        let lost = self.files.iter().find(|(file, id)| id.is_some() && file_id(file) != *id);
        if let Some((file, _)) = lost
            && !self.is_reported.swap(true, Ordering::Relaxed)
        {
            output::error(&anyhow::anyhow!("{} was deleted or replaced while it was in use; {}", file.display(), self.effect));
        }
        lost.is_none()
    }
}

/// Returns the path of a file that SQLite keeps next to another one.
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

/// Windows does not delete an open file.
#[cfg(not(unix))]
fn file_id(_path: &Path) -> FileId {
    None
}
