//! Keyrings from arbitrary text: they are parsed or rejected, and no channel accepts an empty secret.

use proptest::prelude::*;
use serde_json::json;
use shared::keyring::Keyring;
use shared::secret::Secret;

fn check(text: &str, channels: &[&str]) -> Result<(), TestCaseError> {
    for channel in channels.iter().map(std::slice::from_ref).chain([&[][..], &["*"], &["unknown"]]) {
        let channel = || channel.iter().copied();
        if let Ok(keyring) = Keyring::parse(text, Secret::parse) {
            prop_assert!(keyring.accepted(channel()).iter().all(|key| !key.expose().trim_ascii().is_empty()));
        }
        if let Ok(keyring) = Keyring::parse(text, Secret::parse_login) {
            let mut logins = keyring.accepted(channel()).iter().map(|key| key.login().expect("a colon"));
            prop_assert!(logins.all(|login| !login.name.trim().is_empty() && !login.secret.trim_ascii().is_empty()));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_rejected(text in "\\PC{0,40}|\\{[\\[\\]{}:,\"*a\\\\ ]{0,30}\\}?") {
        check(&text, &["a", "*"])?;
    }

    #[test]
    fn an_empty_secret_anywhere_is_rejected(
        before in prop::collection::vec("[a-z]{1,5}", 0..3), empty in "[ \t\r\n]{0,2}", channel in "[a-z*]{1,3}", alone: bool,
    ) {
        let keys = before.iter().map(String::as_str).chain([empty.as_str()]).collect::<Vec<_>>();
        let keyring = if alone { json!({ channel: empty }) } else { json!({ channel: keys }) }.to_string();
        prop_assert!(Keyring::parse(&keyring, Secret::parse).is_err(), "{}", keyring);
        prop_assert!(Keyring::parse(&empty, Secret::parse).is_err());
        for login in [format!("{empty}:secret"), format!("name:{empty}"), "no-colon".to_owned()] {
            let listed = json!({ "*": [login] }).to_string();
            prop_assert!(Keyring::parse(&listed, Secret::parse_login).is_err() && Keyring::parse(&login, Secret::parse_login).is_err());
        }
    }

    #[test]
    fn each_channel_accepts_its_entry(entries in prop::collection::btree_map("[a-z]{1,6}", prop::collection::vec("[!-~]{1,9}", 1..4), 1..5), star: bool) {
        let mut object = json!(entries);
        if star {
            object["*"] = json!("for-all");
        }
        let keyring = Keyring::parse(&object.to_string(), Secret::parse).expect("a keyring");
        let accepted = |names: &[&str]| keyring.accepted(names.iter().copied()).iter().map(|key| key.expose().to_vec()).collect::<Vec<_>>();
        for (channel, keys) in &entries {
            let expected: Vec<Vec<u8>> = keys.iter().map(|key| key.clone().into_bytes()).collect();
            prop_assert_eq!(accepted(&[channel]), expected.clone());
            prop_assert_eq!(accepted(&["UNKNOWN", channel]), expected.clone());
            prop_assert_eq!(accepted(&["*", channel]), expected);
        }
        let others = if star { vec![b"for-all".to_vec()] } else { vec![] };
        prop_assert_eq!(accepted(&["UNKNOWN"]), others.clone());
        prop_assert_eq!(accepted(&[]), others.clone());
        prop_assert_eq!(accepted(&["*"]), others);
    }
}
