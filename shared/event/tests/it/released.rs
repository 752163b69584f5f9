//! Today's schemas against the released ones: within version 1 members, kinds, attachment kinds and words are only added.
//!
//! `RELEASE=1 cargo test -p chathooks-event released` makes today's schemas the released ones, unless they need version 2.

use std::path::Path;

use serde_json::Value;

use crate::{consumer, exact, growth};

const VERSION_2: &str = "A consumer of version 1 would break. This would need version 2 of the event: docs/schema/README.md";

#[test]
fn the_event_has_only_grown_since_it_was_released() {
    let today = (exact::today(), consumer::today());
    if let Some(released) = read("event").zip(read("event.consumer")) {
        let problems = [growth::of_exact(&released.0, &today.0, &released.1), growth::of_consumer(&released.1, &today.1)].concat();
        assert!(problems.is_empty(), "{problems:#?}\n{VERSION_2}");
    }
    if std::env::var_os("RELEASE").is_some() {
        for (name, schema) in [("event", &today.0), ("event.consumer", &today.1)] {
            let text = serde_json::to_string_pretty(schema).expect("JSON") + "\n";
            std::fs::write(path(name), text).expect("tests/released is writable");
        }
    }
    assert!(read("event").is_some() && read("event.consumer").is_some(), "a released schema is missing");
}

/// Returns a released schema; `None` before the first release.
pub(crate) fn read(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(path(name)).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/released").join(format!("{name}.schema.json"))
}
