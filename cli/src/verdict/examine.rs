//! How a verdict on a request comes about.

use std::borrow::Cow;

use shared::received::Received;
use shared::timestamp::Timestamp;
use shared::verify::{Refusal, Scheme, hmac_sha1};

use super::claims::Jwt;
use super::outcome::{Outcome, Verdict};
use super::remedies::{self, Case};
use super::shown::abbreviated;
use super::{advice, header, keyring, words};
use crate::functions::{self, Sender};
use crate::settings::Sources;

impl Verdict {
    /// The verdict on a request that came at `now`.
    pub(crate) fn of(senders: &[Sender], sources: &Sources, request: &Received, now: Timestamp) -> Self {
        let Some((sender, channel)) = functions::of_path(senders, &request.path) else {
            return Self::of_unknown_path(senders, sources, request, now);
        };
        let right = newest_proof(sender, sources, channel.as_deref(), &request.body);
        let header = right.as_ref().map(|(header, _)| proof_header(sender, request, channel.as_deref(), now, header));
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
                let jwt = |value: &str| Jwt::parse(value).filter(|_| sender.webhook.scheme == Scheme::Jwt);
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
fn proof_header<'r>(sender: &Sender, request: &'r Received, channel: Option<&str>, now: Timestamp, expected: &'r str) -> &'r str {
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
        Scheme::Jwt => Jwt::parse(came?).map(|jwt| jwt.signed_bytes),
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
        Scheme::Jwt => Jwt::parse(value).map_or_else(bare, |jwt| Cow::Owned(jwt.signature)),
    })
}

/// A JWT's right signature depends on the claims that its sender chose.
fn expected(scheme: Scheme, value: &str) -> Option<String> {
    (scheme != Scheme::Jwt).then(|| credential(scheme, value))
}
