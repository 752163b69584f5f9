//! What the shared checks have to know about a function and its provider.

use crate::{Post, demo_env};

/// A webhook as one function receives it: what differs between the providers, and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// `env!("CARGO_BIN_EXE_<name>")`.
    pub binary: &'static str,
    /// The provider's name.
    pub provider: &'static str,
    /// What stands before the kind in an event's `type`.
    pub event_type: &'static str,
    /// The path without its channel: `/kommo`.
    pub root: &'static str,
    /// Whether the path may end there.
    pub without_channel: bool,
    /// The setting with the secrets.
    pub keyring: &'static str,
    /// The header with the proof.
    pub header: &'static str,
    /// The header's value, by a secret of the keyring, for a body.
    pub prove: fn(secret: &str, body: &[u8]) -> String,
    /// What a 401 asks for.
    pub challenge: Option<&'static str>,
    /// A message that says this; the text is put into a JSON string as it is.
    pub message: fn(text: &str) -> String,
    /// Members without which a body is refused, with the comma after them; or nothing.
    pub mandatory: &'static str,
}

impl Subject {
    /// The path of a channel.
    pub fn path(&self, channel: &str) -> String {
        format!("{}/{channel}", self.root)
    }

    /// The demo secret of the keyring.
    ///
    /// # Panics
    /// When `events/demo.env` has none.
    pub fn demo_secret(&self) -> String {
        let known = demo_env().into_iter().find(|(name, _)| name == self.keyring);
        known.unwrap_or_else(|| panic!("{} is not in demo.env", self.keyring)).1
    }

    /// A request with a valid proof by the demo secret, to the channel `shop`.
    pub fn post(&self, body: impl Into<Vec<u8>>) -> Post {
        let body = body.into();
        self.post_by(&self.demo_secret(), &self.path("shop"), body)
    }

    /// A request with a valid proof by any secret, to any path.
    pub fn post_by(&self, secret: &str, path: &str, body: impl Into<Vec<u8>>) -> Post {
        let post = Post::new(path, body);
        let proof = (self.prove)(secret, &post.body);
        post.with(self.header, proof)
    }

    /// A body of a shape that no provider knows: an object with one member `x`.
    pub fn unknown(&self, json: &str) -> String {
        format!("{{{}\"x\":{json}}}", self.mandatory)
    }
}
