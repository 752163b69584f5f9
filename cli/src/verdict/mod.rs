//! Why a request is refused, or by what it is accepted: in words, for a person who has the secrets.
//!
//! A credential is shown by its two ends at most ([`shown`]), a secret never. What to try is not guessed:
//! each remedy is a changed copy that the provider's own `verify` accepts ([`remedies`]).

mod advice;
mod body;
mod claims;
mod header;
mod json_style;
pub(crate) mod keyring;
mod remedies;
pub(crate) mod shown;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;

use serde::Serialize;
use shared::function::Sender;
use shared::received::Received;
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, Scheme, hmac_sha1};

use crate::functions;
use crate::settings::Sources;
use claims::Jwt;
use remedies::Case;
use shown::abbreviated;

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
    /// The place of the key that matched; 0 is the newest.
    pub(crate) key_position: Option<usize>,
    /// The reason as logs and metrics name it.
    pub(crate) reason: Option<&'static str>,
    /// The outcome in words.
    pub(crate) detail: String,
    /// The two ends of what the newest key asks for.
    pub(crate) expected: Option<String>,
    /// The two ends of what came.
    pub(crate) received: Option<String>,
    /// Changes with which it would verify.
    pub(crate) would_verify: Vec<String>,
    /// Where none is known: what to look at.
    pub(crate) advice: Vec<String>,
}

impl Verdict {
    /// The verdict on a request that came at `now`.
    pub(crate) fn of(senders: &[Sender], sources: &Sources, request: &Received, now: Timestamp) -> Self {
        let Some((sender, channel)) = functions::of_path(senders, &request.path) else {
            return Self::of_unknown_path(senders, sources, request, now);
        };
        let right = newest_proof(sender, sources, channel.as_deref(), &request.body);
        let header = right.as_ref().map(|(header, _)| read_header(sender, request, channel.as_deref(), now, header));
        let came = header.and_then(|header| request.header(header));
        let setting = sender.webhook.keyring;
        let checked_bytes = checked_bytes(sender.webhook.scheme, request, came);
        let mut verdict = Self {
            outcome: Outcome::Refused,
            provider: Some(sender.webhook.name),
            scheme: Some(words::scheme(sender.webhook.scheme)),
            header: header.map(str::to_owned),
            body_bytes: request.body.len(),
            checked_bytes,
            checked: Some(words::checked(sender.webhook.scheme, request.body.len(), checked_bytes)),
            secret: sources.find(setting).map(|(_, source)| format!("{setting}: {source}")),
            keys: Some(sender.signer.keys(channel.as_deref())),
            received: came.map(|value| credential(sender.webhook.scheme, value)),
            expected: right.as_ref().and_then(|(_, value)| expected(sender.webhook.scheme, value)),
            ..Self::default()
        };
        match sender.signer.verify(request, channel.as_deref(), now) {
            Ok(proof) => verdict.accept(&proof),
            Err(refusal) => {
                let jwt = |value: &str| Jwt::read(value).filter(|_| sender.webhook.scheme == Scheme::Jwt);
                let right_jwt = right.as_ref().and_then(|(_, value)| jwt(value));
                let problem = came.and_then(jwt).and_then(|jwt| jwt.problem(refusal, right_jwt.as_ref(), now));
                let case = Case { senders, sources, sender, channel: channel.as_deref(), request, now, header: header.unwrap_or_default() };
                verdict.refuse(refusal, problem, remedies::find(&case), advice::of(refusal, sender.webhook, request, came));
            }
        }
        Self { channel, ..verdict }
    }

    fn of_unknown_path(senders: &[Sender], sources: &Sources, request: &Received, now: Timestamp) -> Self {
        let paths: Vec<&str> = senders.iter().map(|sender| sender.webhook.path).collect();
        Self {
            body_bytes: request.body.len(),
            reason: Some("unknown_path"),
            detail: "no provider has this path".to_owned(),
            would_verify: remedies::find_path(senders, sources, request, now),
            advice: vec![format!("the paths are {}", paths.join(", "))],
            ..Self::default()
        }
    }

    fn accept(&mut self, proof: &Proof) {
        (self.outcome, self.detail) = match proof.key_position() {
            Some(_) => (Outcome::Verified, "the proof is right".to_owned()),
            None => (Outcome::AcceptedWithoutProof, "the settings accept every caller".to_owned()),
        };
        self.key_position = proof.key_position();
    }

    fn refuse(&mut self, refusal: Refusal, problem: Option<String>, would_verify: Vec<String>, advice: Vec<String>) {
        self.reason = Some(refusal.reason());
        self.detail = problem.map_or_else(|| refusal.to_string(), |problem| format!("{refusal}: {problem}"));
        (self.would_verify, self.advice) = (would_verify, advice);
    }
}

/// The header that a right request has, by the newest key of the channel, else of any channel.
fn newest_proof(sender: &Sender, sources: &Sources, channel: Option<&str>, body: &[u8]) -> Option<(String, String)> {
    let own = sender.signer.sign(channel, body);
    let any = || {
        let (keyring, _) = sources.find(sender.webhook.keyring)?;
        keyring::channels(&keyring).iter().find_map(|channel| sender.signer.sign(Some(channel), body))
    };
    own.or_else(any)?.into_iter().next()
}

/// The header that is read: the expected one, else the one without which the proof is missing, else the expected one.
fn read_header<'r>(sender: &Sender, request: &'r Received, channel: Option<&str>, now: Timestamp, expected: &'r str) -> &'r str {
    if request.header(expected).is_some() {
        return expected;
    }
    let is_read = |name: &str| {
        let others = request.headers.iter().filter(|(other, _)| !other.eq_ignore_ascii_case(name));
        let without = Received { path: request.path.clone(), headers: others.cloned().collect(), ..Received::default() };
        sender.signer.verify(&without, channel, now) == Err(Refusal::MissingHeader)
    };
    let all = !request.headers.is_empty() && sender.signer.verify(request, channel, now) != Err(Refusal::MissingHeader);
    let read = request.headers.iter().find(|(name, _)| all && is_read(name));
    read.map_or(expected, |(name, _)| name)
}

fn checked_bytes(scheme: Scheme, request: &Received, came: Option<&str>) -> Option<usize> {
    match scheme {
        Scheme::HmacSha1 => Some(hmac_sha1::without_line_end(&request.body).len()),
        Scheme::Jwt => Jwt::read(came?).map(|jwt| jwt.signed_bytes),
        Scheme::Basic | Scheme::Token => None,
    }
}

/// The credential in a header's value, as much of it as may be seen.
fn credential(scheme: Scheme, value: &str) -> String {
    let bare = || Cow::Borrowed(header::after_scheme(value).unwrap_or(value.trim()));
    abbreviated(&match scheme {
        Scheme::HmacSha1 => Cow::Borrowed(value.trim()),
        Scheme::Basic => header::decoded(value).map_or_else(bare, Cow::Owned),
        Scheme::Token => bare(),
        Scheme::Jwt => Jwt::read(value).map_or_else(bare, |jwt| Cow::Owned(jwt.signature)),
    })
}

/// A JWT's right signature depends on the claims that its sender chose.
fn expected(scheme: Scheme, value: &str) -> Option<String> {
    (scheme != Scheme::Jwt).then(|| credential(scheme, value))
}
