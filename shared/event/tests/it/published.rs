//! The published schemas, in `docs/schema`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Returns the path of a published schema.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema").join(name)
}

/// Checks that a published schema matches the generated one. With `UPDATE=1`, writes it first.
pub(crate) fn is(name: &str, generated: &impl Serialize) {
    let generated = serde_json::to_string_pretty(generated).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path(name), &generated).expect("docs/schema is writable");
    }
    let published = fs::read_to_string(path(name)).unwrap_or_default();
    assert_eq!(published, generated, "docs/schema/{name} does not match the types; run UPDATE=1 cargo test -p chathooks-event");
}
