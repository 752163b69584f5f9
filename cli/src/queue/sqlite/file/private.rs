//! Keeps other users from reading the queue file and the files that SQLite keeps next to it.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::Kind;
use crate::queue::sqlite::place::beside;

/// Returns the file, and the files that SQLite keeps next to it.
pub(super) fn all_files(path: &Path) -> impl Iterator<Item = PathBuf> {
    ["", "-wal", "-shm"].map(|suffix| beside(path, suffix)).into_iter()
}

/// Refuses symbolic links, because they can point to a folder where other users can read the messages.
///
/// # Errors
/// Returns an error if the file, or one that SQLite keeps next to it, is a symbolic link.
pub(super) fn refuse_links(path: &Path, kind: Kind) -> anyhow::Result<()> {
    match all_files(path).find(|file| file.is_symlink()) {
        Some(link) => {
            let (link, noun, option) = (link.display(), kind.noun(), kind.option());
            bail!("{link} is a symbolic link, through which a {noun} is not opened; pass the file itself with {option}")
        }
        None => Ok(()),
    }
}

/// Removes other users' permissions from a file that another program created.
///
/// # Errors
/// Returns an error if the permissions cannot be read or changed.
pub(super) fn make_private(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = std::fs::metadata(file)?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o600);
            std::fs::set_permissions(file, permissions)?;
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Creates the file and its folder if they are missing. SQLite creates its other files with the same mode.
///
/// # Errors
/// Returns an error if the file or its folder cannot be created.
pub(super) fn create(path: &Path) -> std::io::Result<()> {
    let (mut folder, mut file) = (DirBuilder::new(), OpenOptions::new());
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.recursive(true).create(parent)?;
    }
    // An existing file is not opened, because closing it would release SQLite's locks on it for the whole process. Another
    // process that exits would then remove the write-ahead log that this process uses.
    match file.create_new(true).append(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}
