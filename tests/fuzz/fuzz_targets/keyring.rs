//! A keyring's text: whatever it is, no channel accepts an empty secret.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::json::{self, Value};
use shared::keyring::Keyring;
use shared::secret::{Login, Secret};

fuzz_target!(|text: &str| {
    let names: Vec<String> = match json::parse(text) {
        Ok(Value::Object(members)) => members.into_iter().map(|(name, _)| name.into_owned()).collect(),
        _ => Vec::new(),
    };
    let channels = || names.iter().map(|name| vec![name.as_str()]).chain([vec![], vec!["unknown"]]);
    if let Ok(keyring) = Keyring::<Secret>::read(text) {
        for channel in channels() {
            assert!(keyring.accepted(&channel).iter().all(|key| !key.expose().trim_ascii().is_empty()));
        }
    }
    if let Ok(keyring) = Keyring::<Login>::read(text) {
        for channel in channels() {
            let keys = keyring.accepted(&channel);
            assert!(keys.iter().all(|key| !key.name.is_empty() && !key.secret.expose().trim_ascii().is_empty()));
        }
    }
});
