//! The content of a verdict.

use serde::Serialize;
use shared::verify::Refusal;

/// The outcome for a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The proof is valid.
    Verified,
    /// The settings accept it without a proof.
    AcceptedWithoutProof,
    /// The proof is missing or invalid.
    Refused,
    /// No provider has the request's path.
    #[default]
    UnknownPath,
}

/// The outcome for a request, and its explanation.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Verdict {
    /// The outcome.
    pub(crate) outcome: Outcome,
    /// The name of the webhook: the provider, and its role if it has more than one.
    pub(crate) provider: Option<&'static str>,
    /// The channel in the path.
    pub(crate) channel: Option<String>,
    /// A description of the scheme.
    pub(crate) scheme: Option<&'static str>,
    /// The header that is read.
    pub(crate) header: Option<String>,
    /// The length of the body in bytes.
    pub(crate) body_bytes: usize,
    /// How many bytes of the body or of a JWT the proof covers. `None` for a token or login, which covers nothing.
    pub(crate) checked_bytes: Option<usize>,
    /// A description of what the proof covers.
    pub(crate) checked: Option<String>,
    /// The setting with the secrets, and its source.
    pub(crate) secret: Option<String>,
    /// The number of keys of the channel.
    pub(crate) keys: Option<usize>,
    /// The index of the key that matched. 0 is the newest.
    pub(crate) key_position: Option<usize>,
    /// The reason, as in logs and metrics.
    pub(crate) reason: Option<&'static str>,
    /// A description of the outcome.
    pub(crate) detail: String,
    /// What can be shown of the credential that the newest key gives.
    pub(crate) expected: Option<String>,
    /// What can be shown of the received credential.
    pub(crate) received: Option<String>,
    /// Changes that would make the request verify.
    pub(crate) would_verify: Vec<String>,
    /// What to check if no such change is known.
    pub(crate) advice: Vec<String>,
}

impl Verdict {
    /// Records that the request was accepted, and the index of the key.
    pub(super) fn accept(&mut self, key_position: Option<usize>) {
        (self.outcome, self.detail) = match key_position {
            Some(_) => (Outcome::Verified, "the proof is valid".to_owned()),
            None => (Outcome::AcceptedWithoutProof, "the settings accept every caller".to_owned()),
        };
        self.key_position = key_position;
    }

    /// Records that the request was refused, why, and what to do.
    pub(super) fn refuse(&mut self, refusal: Refusal, problem: Option<String>, would_verify: Vec<String>, advice: Vec<String>) {
        self.reason = Some(refusal.reason());
        self.detail = problem.map_or_else(|| refusal.to_string(), |problem| format!("{refusal}: {problem}"));
        (self.would_verify, self.advice) = (would_verify, advice);
    }
}
