//! Events of other versions: no example takes one for its own, so that none is lost before a consumer knows the version.

use serde_json::Value;

/// The event in other versions, each with an id of its own.
pub(crate) fn others(json: &str) -> Vec<String> {
    let changed = |place: usize, change: &dyn Fn(&mut Value)| {
        let mut event: Value = serde_json::from_str(json).expect("an event");
        event["id"] = format!("kommo-{place:032x}").into();
        change(&mut event);
        event.to_string()
    };
    vec![
        changed(0, &|event| event["specversion"] = "2.0".into()),
        changed(1, &|event| event["dataschema"] = "urn:chathooks:data:2".into()),
        changed(2, &|event| event["dataschema"] = "urn:chathooks:data:10".into()),
        changed(3, &|event| event["specversion"] = 1.0.into()),
        changed(4, &|event| event["dataschema"] = Value::Null),
    ]
}
