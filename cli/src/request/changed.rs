//! Applies the changes of `--set` to a body.

use anyhow::{Context, anyhow};
use serde_json::Value;
use shared::json::{self, Document};

use super::assignment::Assignment;

/// The maximum nesting depth of a body that can be changed.
const MAX_DEPTH: usize = 128;

/// Returns the body with all changes applied. `number` replaces `{i}` in a value.
///
/// # Errors
/// Returns an error if the body is not JSON, or if it has no value at the path of a change.
pub(crate) fn changed(body: &[u8], changes: &[Assignment], number: usize) -> anyhow::Result<Vec<u8>> {
    if changes.is_empty() {
        return Ok(body.to_vec());
    }
    let document = Document::parse(body).map_err(|_| anyhow!("--set needs a JSON body"))?;
    let mut body = to_serde(document.root(), MAX_DEPTH)
        .with_context(|| format!("--set needs a body with at most {MAX_DEPTH} levels and no numbers beyond 64 bits"))?;
    for change in changes {
        change.apply(&mut body, number).map_err(|error| anyhow!("--set: {error}"))?;
    }
    Ok(serde_json::to_vec(&body)?)
}

/// Converts a value to one that can be changed. Returns `None` if it is too deep or has a number that is too large. A lone
/// surrogate becomes U+FFFD.
fn to_serde(value: json::Value<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if value.is_object() {
        let members = value.members().map(|(name, value)| Some((name.into_owned(), to_serde(value, depth)?)));
        return members.collect::<Option<_>>().map(Value::Object);
    }
    if value.is_array() {
        return value.elements().map(|element| to_serde(element, depth)).collect::<Option<_>>().map(Value::Array);
    }
    if value.raw().starts_with('"') {
        return Some(value.string().unwrap_or_default().into());
    }
    serde_json::from_str(value.raw()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_surrogate_does_not_prevent_a_change() {
        let changes = ["a=x".parse().expect("a change")];
        assert_eq!(changed(br#"{"a":1,"b":"\ud83d"}"#, &changes, 1).expect("a body"), "{\"a\":\"x\",\"b\":\"\u{fffd}\"}".as_bytes());
        assert_eq!(
            changed(br#"{"a":0,"b":[1.5,true,null,{"":""}]}"#, &changes, 1).expect("a body"),
            br#"{"a":"x","b":[1.5,true,null,{"":""}]}"#
        );
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        for body in [b"no json".as_slice(), b"\xff", b"{\"a\":1e999}", deep.as_bytes()] {
            assert!(changed(body, &changes, 1).is_err(), "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(changed(b"\xff", &[], 1).expect("a body"), b"\xff");
    }
}
