//! The project's own Rust source, as text.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::workspace;

/// A Rust file.
pub(crate) struct Source {
    /// The path, relative to the project root.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    /// Returns whether the file holds only tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs")
    }
}

/// Returns the Rust files of a folder sorted by path, except those of nested packages.
///
/// # Panics
/// If there are none.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&workspace().join(folder), &mut found);
    assert!(!found.is_empty(), "no Rust in {folder}");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.join("Cargo.toml").exists() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            let path = path.strip_prefix(workspace()).expect("a path of the project").to_owned();
            found.push(Source { path, text });
        }
    }
}
