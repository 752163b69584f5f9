//! The published JSON Schema of an event is the types' own.
//!
//! `UPDATE=1 cargo test -p shared schema` writes `docs/schema/event.schema.json` anew.

use std::fs;
use std::path::Path;

use schemars::generate::SchemaSettings;
use shared::event::CloudEvent;

#[test]
fn the_published_schema_is_generated_from_the_types() {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<CloudEvent>();
    schema.insert("title".to_owned(), "Chathooks event".into());
    let generated = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/event.schema.json");
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("docs/schema");
        fs::write(&path, &generated).expect("docs/schema is writable");
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(published, generated, "docs/schema/event.schema.json is not the types' own: UPDATE=1 cargo test -p shared schema");
}
