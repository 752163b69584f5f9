//! The current schemas against the released ones: within version 1, members and enum values are only added.
//!
//! `RELEASE=1 cargo test -p chathooks-event released` makes the current schemas the released ones, unless they need version 2.
//! `RELEASED=1` checks that the current schemas are the released ones.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{consumer, exact, growth, published};

const VERSION_2: &str = "these changes would break a consumer of version 1 and need version 2 of the event; see docs/schema/README.md";
const RELEASE: &str = "docs/schema differs from the released schemas; run RELEASE=1 cargo test -p chathooks-event released";

/// Both schemas, the exact one first.
const NAMES: [&str; 2] = ["event.schema.json", "event.consumer.schema.json"];

#[test]
fn the_event_has_only_grown_since_its_release() {
    let today = (exact::today(), consumer::today());
    if let Some(released) = read(NAMES[0]).zip(read(NAMES[1])) {
        let problems = [growth::of_exact(&released.0, &today.0, &released.1), growth::of_consumer(&released.1, &today.1)].concat();
        assert!(problems.is_empty(), "{problems:#?}\n{VERSION_2}");
    }
    if std::env::var_os("RELEASE").is_some() {
        published::is(NAMES[0], &exact::generate());
        consumer::is_published();
        for name in NAMES {
            fs::copy(published::path(name), path(name)).expect("tests/released is writable");
        }
    }
    assert!(NAMES.iter().all(|name| path(name).exists()), "a released schema is missing");
    if std::env::var_os("RELEASED").is_some() {
        let text = |path: PathBuf| fs::read_to_string(path).expect("a schema");
        assert!(NAMES.iter().all(|name| text(published::path(name)) == text(path(name))), "{RELEASE}");
    }
}

/// Returns a released schema, or `None` before the first release.
pub(crate) fn read(name: &str) -> Option<Value> {
    let text = fs::read_to_string(path(name)).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/released").join(name)
}
