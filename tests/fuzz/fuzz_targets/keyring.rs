//! A keyring's text: no matter what it contains, no channel accepts an empty secret.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::json::Document;
use shared::keyring::{Keyring, MAX_SECRETS};
use shared::secret::Secret;

fuzz_target!(|text: &str| {
    let document = Document::parse(text.as_bytes());
    let names: Vec<String> = document.iter().flat_map(|document| document.root().members()).map(|(name, _)| name.into_owned()).collect();
    let channels = || names.iter().map(|name| vec![name.as_str()]).chain([vec![], vec!["unknown"]]);
    if let Ok(keyring) = Keyring::parse(text, Secret::parse) {
        for channel in channels() {
            let secrets = keyring.accepted(channel);
            assert!(secrets.len() <= MAX_SECRETS && secrets.iter().all(|secret| !secret.expose().trim_ascii().is_empty()));
        }
    }
    if let Ok(keyring) = Keyring::parse(text, Secret::parse_login) {
        for channel in channels() {
            let mut logins = keyring.accepted(channel).iter().map(|secret| secret.login().expect("a colon"));
            assert!(logins.all(|login| !login.name.is_empty() && !login.secret.trim_ascii().is_empty()));
        }
    }
});
