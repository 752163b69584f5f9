//! A release archive, unpacked in a temporary folder.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use testkit::workspace;

/// The temporary folder, and the name of the archive's folder in it.
pub(crate) struct Unpacked {
    folder: TempDir,
    name: String,
}

impl Unpacked {
    /// Unpacks an archive from `target/release-files`, or from the folder in `CHATHOOKS_RELEASE`.
    ///
    /// # Panics
    /// If the archive does not exist.
    pub(crate) fn archive(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let releases = env::var("CHATHOOKS_RELEASE").unwrap_or_else(|_| "target/release-files".to_owned());
        unpack(&workspace().join(releases).join(name), folder.path());
        let name = name.trim_end_matches(".zip").trim_end_matches(".tar.gz").to_owned();
        Self { folder, name }
    }

    /// Returns the path of a file in the archive.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(&self.name).join(file)
    }

    /// Unpacks a function's zip, which is inside this archive, and returns its bootstrap.
    pub(crate) fn bootstrap(&self, function: &str) -> PathBuf {
        let folder = self.folder.path().join(function);
        unpack(&self.path(&format!("functions/{function}.zip")), &folder);
        folder.join("bootstrap")
    }
}

/// Python's standard library unpacks both formats, but loses the executable bits in a zip.
const UNPACK: &str = "
import os, shutil, sys, zipfile
shutil.unpack_archive(sys.argv[1], sys.argv[2])
if sys.argv[1].endswith('.zip'):
    for entry in zipfile.ZipFile(sys.argv[1]).infolist():
        os.chmod(os.path.join(sys.argv[2], entry.filename), entry.external_attr >> 16)
";

fn unpack(archive: &Path, folder: &Path) {
    let status = Command::new(workspace().join(".venv/bin/python")).args(["-c", UNPACK]).args([archive, folder]).status();
    assert!(status.is_ok_and(|status| status.success()), "cannot unpack {}: was it built?", archive.display());
}
