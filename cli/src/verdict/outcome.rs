//! What a verdict holds.

use serde::Serialize;
use shared::verify::Refusal;

/// What became of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It proved itself.
    Verified,
    /// The settings accept it without a proof.
    AcceptedWithoutProof,
    /// It did not prove itself.
    Refused,
    /// No provider has its path.
    #[default]
    UnknownPath,
}

/// The outcome of a proof, and how it came about.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Verdict {
    /// What became of it.
    pub(crate) outcome: Outcome,
    /// The provider, and which of its roles.
    pub(crate) provider: Option<&'static str>,
    /// The channel in the path.
    pub(crate) channel: Option<String>,
    /// The scheme, in words.
    pub(crate) scheme: Option<&'static str>,
    /// The header that is read.
    pub(crate) header: Option<String>,
    /// How long the body is.
    pub(crate) body_bytes: usize,
    /// How many bytes the proof covers: of the body, or of a JWT; none where a token covers nothing.
    pub(crate) checked_bytes: Option<usize>,
    /// The same in words.
    pub(crate) checked: Option<String>,
    /// The setting with the secrets, and where it comes from.
    pub(crate) secret: Option<String>,
    /// How many keys the channel has.
    pub(crate) keys: Option<usize>,
    /// The position of the key that matched; 0 is the newest.
    pub(crate) key_position: Option<usize>,
    /// The reason as logs and metrics name it.
    pub(crate) reason: Option<&'static str>,
    /// The outcome in words.
    pub(crate) detail: String,
    /// As much as may be seen of what the newest key asks for.
    pub(crate) expected: Option<String>,
    /// As much as may be seen of what came.
    pub(crate) received: Option<String>,
    /// Changes with which it would verify.
    pub(crate) would_verify: Vec<String>,
    /// Where none is known: what to look at.
    pub(crate) advice: Vec<String>,
}

impl Verdict {
    /// Notes that the request was accepted, and by which of the channel's keys.
    pub(super) fn accept(&mut self, key_position: Option<usize>) {
        (self.outcome, self.detail) = match key_position {
            Some(_) => (Outcome::Verified, "the proof is right".to_owned()),
            None => (Outcome::AcceptedWithoutProof, "the settings accept every caller".to_owned()),
        };
        self.key_position = key_position;
    }

    /// Notes that the request was refused, why, and what to do.
    pub(super) fn refuse(&mut self, refusal: Refusal, problem: Option<String>, would_verify: Vec<String>, advice: Vec<String>) {
        self.reason = Some(refusal.reason());
        self.detail = problem.map_or_else(|| refusal.to_string(), |problem| format!("{refusal}: {problem}"));
        (self.would_verify, self.advice) = (would_verify, advice);
    }
}
