//! Keyrings: which secrets a channel accepts, newest first.
//!
//! A keyring is one secret as plain text, or a JSON object from channel to one secret or a list of
//! them: `{"shop": "a", "*": ["new", "old"]}`. Several accepted secrets let one rotate without a gap.

use crate::json::{self, Value};
use crate::secret::Credential;

/// The channel that stands for all that have no entry of their own.
const ANY: &str = "*";

/// Accepted credentials by channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring<C> {
    channels: Vec<(String, Vec<C>)>,
}

impl<C: Credential> Keyring<C> {
    /// Reads a keyring from a setting's text. Trailing line ends are not part of a plain secret.
    ///
    /// # Errors
    /// What would be right, without the text that is wrong: it is a secret.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.starts_with('{') {
            return Self::read_object(text);
        }
        let key = C::read(text.trim_end_matches(['\r', '\n']))?;
        Ok(Self { channels: vec![(ANY.to_owned(), vec![key])] })
    }

    fn read_object(text: &str) -> Result<Self, String> {
        const SHAPE: &str = "it begins with `{` and must then be a JSON object from channel to one secret or a list of them";
        let Ok(Value::Object(members)) = json::parse(text) else { return Err(SHAPE.to_owned()) };
        if members.is_empty() {
            return Err("the object must have at least one channel (`*` stands for all)".to_owned());
        }
        let mut channels: Vec<(String, Vec<C>)> = Vec::new();
        for (place, (channel, keys)) in members.iter().enumerate() {
            let keys = match keys {
                Value::String(key) => vec![C::read(key)?],
                Value::Array(keys) if keys.is_empty() => {
                    return Err(format!("the list of channel {} must not be empty", place + 1));
                }
                Value::Array(keys) => keys
                    .iter()
                    .map(|key| match &key.value {
                        Value::String(key) => C::read(key).map_err(str::to_owned),
                        _ => Err(SHAPE.to_owned()),
                    })
                    .collect::<Result<_, _>>()?,
                _ => return Err(SHAPE.to_owned()),
            };
            if channel.is_empty() {
                return Err("a channel's name must not be empty (`*` stands for all)".to_owned());
            }
            if channels.iter().any(|(known, _)| known == channel) {
                return Err(format!("channel {} is named twice", place + 1));
            }
            channels.push((channel.clone().into_owned(), keys));
        }
        Ok(Self { channels })
    }
}

impl<C> Keyring<C> {
    /// The credentials accepted for the first of these names that has an entry of its own, else those
    /// of `*`, newest first; none for a channel that the keyring does not know.
    #[must_use]
    pub fn accepted(&self, names: &[&str]) -> &[C] {
        // A caller chooses the name in the path: `*` is no channel.
        let named = names.iter().filter(|name| **name != ANY);
        named.chain([&ANY]).find_map(|name| self.entry(name)).unwrap_or_default()
    }

    fn entry(&self, name: &str) -> Option<&[C]> {
        self.channels.iter().find(|(channel, _)| channel == name).map(|(_, keys)| keys.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Login, Secret};

    fn keyring(text: &str) -> Keyring<Secret> {
        Keyring::read(text).expect("a keyring")
    }

    fn accepted<'k>(keyring: &'k Keyring<Secret>, names: &[&str]) -> Vec<&'k str> {
        keyring.accepted(names).iter().map(|key| std::str::from_utf8(key.expose()).expect("text")).collect()
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
    fn an_entry_of_its_own_excludes_the_star() {
        let keyring = keyring(r#"{"shop":"a","*":["new","old"]}"#);
        assert_eq!(accepted(&keyring, &["shop"]), ["a"]);
        assert_eq!(accepted(&keyring, &["other"]), ["new", "old"]);
        assert_eq!(accepted(&keyring, &[]), ["new", "old"]);
        assert_eq!(accepted(&keyring, &["*"]), ["new", "old"]);
    }

    #[test]
    fn the_first_name_with_an_entry_counts() {
        let keyring = keyring(r#"{"c_1":"scope","c":"channel"}"#);
        assert_eq!(accepted(&keyring, &["c_1", "c"]), ["scope"]);
        assert_eq!(accepted(&keyring, &["c_2", "c"]), ["channel"]);
        assert!(accepted(&keyring, &["d_1", "d"]).is_empty());
        assert!(accepted(&keyring, &[]).is_empty());
    }

    #[test]
    fn a_keyring_that_would_open_a_door_is_refused() {
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
            r#"{"a":{}}"#,
            r#"{"":"x"}"#,
            r#"{"a":"x","a":"y"}"#,
            r#"{"a":"x"} y"#,
        ] {
            let problem = Keyring::<Secret>::read(text).expect_err(text);
            assert!(!problem.contains("x\""), "{problem}");
        }
        assert!(Keyring::<Login>::read(r#"{"*":"no-colon"}"#).is_err());
    }
}
