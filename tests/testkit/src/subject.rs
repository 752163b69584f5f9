//! A webhook as the shared checks see it: derived from the provider's own data, except for the proofs, which are
//! independent.

use shared::parse::Malformed;
use shared::problem::Rejection;
use shared::provider::{Provider, Webhook};
use shared::verify::Scheme;

use crate::pipeline::apart;
use crate::{Pipeline, Post, demo_env, paths, proof};

/// One webhook of a provider, and the binary that receives it.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The provider.
    pub provider: &'static Provider,
    /// The webhook.
    pub webhook: &'static Webhook,
    /// The path of the function's binary.
    pub binary: &'static str,
}

impl Subject {
    /// Returns all webhooks of a provider whose function is this binary.
    pub fn all(provider: &'static Provider, binary: &'static str) -> impl Iterator<Item = Self> {
        provider.webhooks.iter().map(move |webhook| Self { provider, webhook, binary })
    }

    /// Returns the provider's other webhooks.
    pub fn others(&self) -> impl Iterator<Item = Self> {
        Self::all(self.provider, self.binary).filter(|other| !std::ptr::eq(other.webhook, self.webhook))
    }

    /// Returns the usual path without the channel: `/acme`.
    pub fn root(&self) -> &'static str {
        let path = self.webhook.paths[0];
        path.split_once("/{").map_or(path, |(root, _)| root)
    }

    /// Returns the usual path of a channel.
    pub fn path(&self, channel: &str) -> String {
        paths::filled(self.webhook.paths[0], channel)
    }

    /// Returns whether one of its paths has no channel.
    pub fn has_path_without_channel(&self) -> bool {
        self.webhook.paths.iter().any(|path| !path.contains('{'))
    }

    /// Returns the name of the header that carries the proof.
    pub fn header(&self) -> &'static str {
        self.webhook.scheme.header()
    }

    /// Returns the expected `WWW-Authenticate` challenge of a 401.
    pub fn challenge(&self) -> Option<&'static str> {
        match self.webhook.scheme {
            Scheme::HmacSha1(_) => None,
            Scheme::Basic(_) => Some("Basic"),
            Scheme::Token(token) => token.scheme,
            Scheme::Jwt(_) => Some("Bearer"),
        }
    }

    /// Returns the header value that proves a body with a secret of the keyring.
    pub fn prove(&self, secret: &str, body: &[u8]) -> String {
        match self.webhook.scheme {
            Scheme::HmacSha1(_) => proof::hmac_sha1(secret, body),
            Scheme::Basic(_) => proof::basic(secret),
            Scheme::Token(token) => token.scheme.map_or_else(|| secret.to_owned(), |scheme| format!("{} {secret}", scheme.to_lowercase())),
            Scheme::Jwt(jwt) => proof::jwt_with(secret, jwt.client_claims[0], jwt.subject_claim),
        }
    }

    /// Returns the keyring's demo secret.
    ///
    /// # Panics
    /// If `events/demo.env` does not contain one.
    pub fn demo_secret(&self) -> String {
        let known = demo_env().into_iter().find(|(name, _)| name == self.webhook.keyring);
        known.unwrap_or_else(|| panic!("{} is not in demo.env", self.webhook.keyring)).1
    }

    /// Returns a request to the channel `shop`, with a valid proof created with the demo secret.
    pub fn post(&self, body: impl Into<Vec<u8>>) -> Post {
        self.post_by(&self.demo_secret(), &self.path("shop"), body)
    }

    /// Returns a request to any path, with a valid proof created with any secret.
    pub fn post_by(&self, secret: &str, path: &str, body: impl Into<Vec<u8>>) -> Post {
        let post = Post::new(path, body);
        let proof = self.prove(secret, &post.body);
        post.with(self.header(), proof)
    }

    /// Returns the webhook's example with another text, which is inserted unescaped between the quotes of a JSON string.
    ///
    /// # Panics
    /// If the example is not one message whose text occurs once.
    pub fn message(&self, text: &str) -> String {
        let example = self.webhook.example;
        let events = apart(|| Pipeline::new(self.provider).events(&self.path("shop"), example.as_bytes()));
        let [event] = events.as_slice() else { panic!("{} events of {example}", events.len()) };
        let own = event.data.message.as_ref().and_then(|message| message.text.as_ref());
        let own = format!("\"{}\"", own.unwrap_or_else(|| panic!("no text in {example}")));
        assert_eq!(example.matches(&own).count(), 1, "{own} in {example}");
        example.replace(&own, &format!("\"{text}\""))
    }

    /// Returns a body of a shape that no provider knows: an object with a member `x` and the mandatory member, if any.
    pub fn unknown(&self, json: &str) -> String {
        self.object(&format!("\"x\":{json}"))
    }

    /// Returns an object with these members, preceded by the mandatory member, if any.
    pub fn object(&self, members: &str) -> String {
        let mandatory = self.mandatory().map(|path| member(&path, "\"lena\"") + ",");
        format!("{{{}{members}}}", mandatory.unwrap_or_default())
    }

    /// Returns the path of the member without which a body is malformed, outermost name first.
    pub fn mandatory(&self) -> Option<Vec<&'static str>> {
        let (delivery, _) = apart(|| Pipeline::new(self.provider).receive(&self.path("shop"), b"{}"));
        match delivery.rejection {
            Some(Rejection::Malformed(Malformed::MissingField(path))) => Some(path.split('.').collect()),
            _ => None,
        }
    }
}

/// Returns the JSON of a nested member: `"from":{"id":"lena"}`.
pub(crate) fn member(path: &[&str], json: &str) -> String {
    let (name, rest) = path.split_first().expect("a path of names");
    if rest.is_empty() { format!("\"{name}\":{json}") } else { format!("\"{name}\":{{{}}}", member(rest, json)) }
}
