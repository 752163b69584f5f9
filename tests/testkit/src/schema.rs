//! The published JSON Schema of an event, as a consumer's validator applies it: formats are checked too.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::workspace;

/// What about an event is not as `docs/schema/event.schema.json` says; nothing for a valid one.
///
/// # Panics
/// When the file is missing or no schema.
pub fn violations(event: &Value) -> Vec<String> {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let text = std::fs::read_to_string(workspace().join("docs/schema/event.schema.json")).expect("the published schema");
        let schema = serde_json::from_str(&text).expect("JSON");
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON Schema")
    });
    schema.iter_errors(event).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
