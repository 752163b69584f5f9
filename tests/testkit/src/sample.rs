//! The workspace's `events/`: tests send the same files that users can send.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// One file of `events/<provider>/`.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The file's name without `.json`.
    pub name: String,
    /// The complete Lambda event.
    pub event: Value,
    /// The exact bytes of the request body, decoded if they were base64.
    pub body: Vec<u8>,
}

/// Returns the workspace's root.
pub fn workspace() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).expect("a workspace").to_owned()
}

/// Returns all of `events/<provider>/*.json`, sorted by name.
///
/// # Panics
/// If there are none, or if one is not JSON.
pub fn samples(provider: &str) -> Vec<Sample> {
    let folder = workspace().join("events").join(provider);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let mut samples: Vec<Sample> = entries
        .map(|entry| entry.expect("a folder's entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| read(&path))
        .collect();
    assert!(!samples.is_empty(), "no samples in {}", folder.display());
    samples.sort_by(|one, other| one.name.cmp(&other.name));
    samples
}

/// Returns the settings in `events/demo.env`, in order.
///
/// # Panics
/// If the file is missing, or if a line is neither a comment nor `NAME=value`.
pub fn demo_env() -> Vec<(String, String)> {
    let path = workspace().join("events/demo.env");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("not NAME=value in demo.env: {line}"));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

fn read(path: &Path) -> Sample {
    let text = fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let event: Value = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{} is not JSON: {error}", path.display()));
    let body = event["body"].as_str().unwrap_or_default();
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(body).expect("a body in base64"),
        _ => body.as_bytes().to_vec(),
    };
    let name = path.file_stem().expect("a file's name").to_string_lossy();
    Sample { name: name.into_owned(), event, body }
}
