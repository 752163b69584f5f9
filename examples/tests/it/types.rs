//! The event types in each folder match those in `docs/schema`. `UPDATE=1 cargo test -p examples types` copies them.

use std::fs;

use testkit::workspace;

#[test]
fn the_copies_match_the_published_types() {
    for (name, folders) in [
        ("chathooks_event.py", ["lambda-python/src", "fastapi"].as_slice()),
        ("chathooks-event.ts", ["lambda-typescript/src", "express/src"].as_slice()),
    ] {
        let published = fs::read(workspace().join("docs/schema").join(name)).expect("the types");
        for folder in folders {
            let file = workspace().join("examples").join(folder).join(name);
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&file, &published).expect("examples is writable");
            }
            let copy = fs::read(file).unwrap_or_default();
            assert!(
                copy == published,
                "examples/{folder}/{name} differs from docs/schema/{name}; run UPDATE=1 cargo test -p examples types"
            );
        }
    }
}
