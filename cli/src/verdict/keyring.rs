//! Variants of a keyring that can have been meant instead of the one that is set: the mistakes that happen when a secret is
//! copied from a dashboard.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

/// Words that continue "if the secret", and the change, which returns `None` if it does not apply.
type Change = (&'static str, fn(&str) -> Option<String>);

const CHANGES: [Change; 7] = [
    ("had no white space around it", |key| Some(key.trim().to_owned())),
    ("had no quotes around it", |key| Some(key.trim().trim_matches(['"', '\'', '`']).to_owned())),
    ("had no scheme name (`Basic`, `Bearer`) before it", |key| super::header::after_scheme(key).map(str::to_owned)),
    ("were decoded from base64", |key| String::from_utf8(STANDARD.decode(key.trim()).ok()?).ok()),
    ("were only the part after its `:`", |key| key.split_once(':').map(|(_, secret)| secret.to_owned())),
    ("had the parts around its `:` in the other order", |key| key.split_once(':').map(|(name, secret)| format!("{secret}:{name}"))),
    ("were in lower case", |key| Some(key.to_lowercase())),
];

/// Returns the keyring with each change applied to all of its secrets, with words that continue "if the secret".
pub(super) fn variants(keyring: &str) -> impl Iterator<Item = (&'static str, String)> {
    CHANGES.iter().map(move |(words, change)| (*words, changed(keyring, *change))).filter(move |(_, variant)| variant != keyring)
}

fn changed(keyring: &str, change: fn(&str) -> Option<String>) -> String {
    let apply = |key: &str| change(key).filter(|key| !key.is_empty()).unwrap_or_else(|| key.to_owned());
    let Some(mut channels) = object(keyring) else { return apply(keyring.trim_end_matches(['\r', '\n'])) };
    for keys in channels.values_mut() {
        let keys = match keys {
            Value::Array(keys) => keys.as_mut_slice(),
            key => std::slice::from_mut(key),
        };
        for key in keys {
            if let Value::String(text) = key {
                *text = apply(text);
            }
        }
    }
    Value::Object(channels).to_string()
}

/// Returns the names of the channels. `*` stands for all channels without an entry.
pub(crate) fn channels(keyring: &str) -> Vec<String> {
    object(keyring).map_or_else(|| vec!["*".to_owned()], |channels| channels.into_iter().map(|(channel, _)| channel).collect())
}

fn object(keyring: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(keyring).ok().filter(|_| keyring.starts_with('{'))
}
