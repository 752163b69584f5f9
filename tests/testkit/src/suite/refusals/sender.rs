//! A sender with its own secret, which can build both valid and invalid proofs.

use crate::{Post, Subject};

/// A secret that every scheme accepts. Its base64 ends with one `=`.
pub(super) const SECRET: &str = "shop-client:a-long-enough-secret";
/// The halves of [`SECRET`].
pub(super) const NAME: &str = "shop-client";
pub(super) const PASSWORD: &str = "a-long-enough-secret";

/// Sends to one webhook, whose keyring is [`SECRET`].
pub(super) struct Sender<'s> {
    pub(super) subject: &'s Subject,
}

impl<'s> Sender<'s> {
    pub(super) fn of(subject: &'s Subject) -> Self {
        Self { subject }
    }

    /// Returns a valid request.
    pub(super) fn good(&self) -> Post {
        self.subject.post_by(SECRET, &self.subject.path("shop"), self.subject.message("What hurts?"))
    }

    /// Returns the value of the request's proof header.
    pub(super) fn proof(&self) -> String {
        self.subject.prove(SECRET, &self.good().body)
    }

    /// Returns the same request with another value in the proof header.
    pub(super) fn with(&self, header: &str) -> Post {
        self.good().with(self.subject.header(), header)
    }

    /// Returns the same request without the proof header.
    pub(super) fn without(&self) -> Post {
        let mut post = self.good();
        post.headers.retain(|(name, _)| name != self.subject.header());
        post
    }

    /// Returns proofs that are valid for the provider's other webhooks.
    pub(super) fn proofs_of_others(&self) -> Vec<String> {
        self.subject.others().flat_map(|other| [other.demo_secret(), other.prove(SECRET, &self.good().body)]).collect()
    }
}
