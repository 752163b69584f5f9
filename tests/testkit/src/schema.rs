//! An event's published JSON Schema, applied as a consumer's validator applies it, including formats.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::workspace;

/// Returns every violation of `docs/schema/event.schema.json` in an event; empty for a valid event.
///
/// # Panics
/// If the file is missing or not a schema.
pub fn violations(event: &Value) -> Vec<String> {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let text = std::fs::read_to_string(workspace().join("docs/schema/event.schema.json")).expect("the published schema");
        let schema = serde_json::from_str(&text).expect("JSON");
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON Schema")
    });
    schema.iter_errors(event).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
