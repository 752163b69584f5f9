//! The scalars of a body.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use shared::json::{Document, Value};

/// Returns the strings and numbers in a body: strings decoded, numbers as written.
///
/// # Panics
/// If the body is not JSON.
pub(crate) fn of(body: &str) -> BTreeSet<String> {
    let document = Document::parse(body.as_bytes()).expect("JSON");
    let mut leaves = BTreeSet::new();
    let mut rest = vec![document.root()];
    while let Some(value) = rest.pop() {
        rest.extend(value.elements());
        rest.extend(value.members().map(|(_, member)| member));
        leaves.extend(leaf(value));
    }
    leaves
}

fn leaf(value: Value<'_>) -> Option<String> {
    let is_structure = value.is_object() || value.is_array();
    match value.raw().chars().next()? {
        _ if is_structure => None,
        '"' => Some(serde_json::from_str(value.raw()).unwrap_or_else(|_| value.string().unwrap_or_default().into_owned())),
        _ => Some(value.raw().to_owned()),
    }
}

/// Returns the strings and numbers in a JSON value.
pub(crate) fn of_json(value: &Json) -> BTreeSet<String> {
    of(&value.to_string())
}
