//! Keyrings: the accepted secrets, by channel, newest first.
//!
//! A keyring is one secret as plain text, or a JSON object that maps a channel to one secret or a list of secrets:
//! `{"shop": "a", "*": ["new", "old"]}`. A list allows a secret to be rotated without downtime.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::json::{Document, Value};
use crate::secret::Secret;

/// The entry for every channel that is not listed.
const ANY: &str = "*";
/// The maximum number of secrets for one channel. Each costs a comparison per request.
pub const MAX_SECRETS: usize = 8;

const SHAPE: &str = "a keyring that starts with `{` must be a JSON object from channel to one secret or a list of secrets";

/// The accepted secrets by channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    channels: BTreeMap<String, Vec<Secret>>,
}

/// Parses one secret. An error states what is expected.
pub type ParseSecret = fn(&str) -> Result<Secret, &'static str>;

impl Keyring {
    /// Parses a keyring. Line breaks after a plain secret are ignored.
    ///
    /// # Errors
    /// The error states what is expected. It does not quote the text, which may be a secret.
    pub fn parse(text: &str, secret: ParseSecret) -> Result<Self, String> {
        if text.starts_with('{') {
            let document = Document::parse(text.as_bytes()).map_err(|_| SHAPE)?;
            return Self::of_object(document.root(), secret);
        }
        let secret = secret(text.trim_end_matches(['\r', '\n']))?;
        Ok(Self { channels: BTreeMap::from([(ANY.to_owned(), vec![secret])]) })
    }

    fn of_object(object: Value<'_>, secret: ParseSecret) -> Result<Self, String> {
        let mut channels = BTreeMap::new();
        for (index, (channel, value)) in object.members().enumerate() {
            let number = index + 1;
            let secrets = if value.is_array() { value.elements().collect() } else { vec![value] };
            if secrets.is_empty() {
                return Err(format!("the list of secrets for channel {number} must not be empty"));
            }
            let parse = |value: Value<'_>| match (value.raw().starts_with('"'), value.string()) {
                (true, text) => secret(&text.unwrap_or_default()).map_err(str::to_owned),
                (false, _) => Err(SHAPE.to_owned()),
            };
            let secrets = secrets.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
            if channel.is_empty() {
                return Err(format!("the name of channel {number} must not be empty (use `*` for all channels)"));
            }
            match channels.entry(channel.into_owned()) {
                Entry::Occupied(_) => return Err(format!("channel {number} has the same name as an earlier one")),
                Entry::Vacant(entry) => entry.insert(secrets),
            };
        }
        if channels.is_empty() {
            return Err("the object must have at least one channel (use `*` for all channels)".to_owned());
        }
        Self { channels }.checked()
    }

    /// Merges keyrings. A channel that is in more than one of them accepts the secrets of all.
    ///
    /// # Errors
    /// A channel would have more than [`MAX_SECRETS`].
    pub fn merge(keyrings: impl IntoIterator<Item = Self>) -> Result<Self, String> {
        let mut channels = BTreeMap::<String, Vec<Secret>>::new();
        for (channel, secrets) in keyrings.into_iter().flat_map(|keyring| keyring.channels) {
            let known = channels.entry(channel).or_default();
            let new: Vec<Secret> = secrets.into_iter().filter(|secret| !known.contains(secret)).collect();
            known.extend(new);
        }
        Self { channels }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        match self.channels.values().map(Vec::len).max() {
            Some(most) if most > MAX_SECRETS => Err(format!("a channel has {most} secrets; the maximum is {MAX_SECRETS}")),
            _ => Ok(self),
        }
    }

    /// Returns the secrets of the first of these names that has its own entry, otherwise those of `*`, newest first. Empty if
    /// there is no `*` either.
    #[must_use]
    pub fn accepted<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> &[Secret] {
        // The caller chooses the name in the path, so a literal `*` must not count as a channel.
        let named = names.into_iter().filter(|name| *name != ANY);
        named.chain([ANY]).find_map(|name| self.channels.get(name)).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(text: &str) -> Keyring {
        Keyring::parse(text, Secret::parse).expect("a keyring")
    }

    fn accepted<'k>(keyring: &'k Keyring, names: &[&str]) -> Vec<&'k str> {
        keyring.accepted(names.iter().copied()).iter().map(|key| std::str::from_utf8(key.expose()).expect("text")).collect()
    }

    #[test]
    fn plain_text_is_one_secret_for_every_channel() {
        for text in ["s3cret", "s3cret\n", "s3cret\r\n"] {
            assert_eq!(accepted(&keyring(text), &["shop"]), ["s3cret"]);
            assert_eq!(accepted(&keyring(text), &[]), ["s3cret"]);
        }
        assert_eq!(accepted(&keyring("a\nb"), &[]), ["a\nb"]);
    }

    #[test]
    fn a_channels_own_entry_excludes_the_star() {
        let keyring = keyring(r#"{"shop":"a","*":["new","old"]}"#);
        assert_eq!(accepted(&keyring, &["shop"]), ["a"]);
        assert_eq!(accepted(&keyring, &["other"]), ["new", "old"]);
        assert_eq!(accepted(&keyring, &[]), ["new", "old"]);
        assert_eq!(accepted(&keyring, &["*"]), ["new", "old"]);
    }

    #[test]
    fn the_first_name_with_an_entry_is_used() {
        let keyring = keyring(r#"{"c_1":"scope","c":"channel"}"#);
        assert_eq!(accepted(&keyring, &["c_1", "c"]), ["scope"]);
        assert_eq!(accepted(&keyring, &["c_2", "c"]), ["channel"]);
        assert!(accepted(&keyring, &["d_1", "d"]).is_empty());
        assert!(accepted(&keyring, &[]).is_empty());
    }

    #[test]
    fn a_channel_in_two_keyrings_accepts_the_secrets_of_both() {
        let one = keyring(r#"{"shop":["a","b"],"*":"c"}"#);
        let merged = Keyring::merge([one, keyring(r#"{"shop":["b","d"],"other":"e"}"#)]).expect("a keyring");
        assert_eq!(accepted(&merged, &["shop"]), ["a", "b", "d"]);
        assert_eq!((accepted(&merged, &["other"]), accepted(&merged, &["x"])), (vec!["e"], vec!["c"]));
        let many = |letter: &str| {
            let list: Vec<String> = (0..5).map(|number| format!("\"{letter}{number}\"")).collect();
            keyring(&format!("{{\"*\":[{}]}}", list.join(",")))
        };
        assert!(Keyring::merge([many("a")]).is_ok());
        assert!(Keyring::merge([many("a"), many("b")]).is_err());
    }

    #[test]
    fn an_insecure_or_malformed_keyring_is_rejected() {
        for text in [
            "",
            "\n",
            " ",
            "{}",
            "{",
            r#"{"a":""}"#,
            r#"{"a":[]}"#,
            r#"{"a":[""]}"#,
            r#"{"a":1}"#,
            r#"{"a":null}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[["x"]]}"#,
            r#"{"a":{}}"#,
            r#"{"":"x"}"#,
            r#"{"a":"x","a":"y"}"#,
            r#"{"a":"x"} y"#,
            r#"{"a":["x","x","x","x","x","x","x","x","x"]}"#,
        ] {
            let problem = Keyring::parse(text, Secret::parse).expect_err(text);
            assert!(!problem.contains("x\""), "{problem}");
        }
        assert!(Keyring::parse(r#"{"*":"no-colon"}"#, Secret::parse_login).is_err());
    }
}
