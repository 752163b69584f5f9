//! Builds the verdict on a request.

use std::borrow::Cow;
use std::cell::Cell;

use shared::endpoint::Endpoint;
use shared::received::Received;
use shared::timestamp::Timestamp;
use shared::verify::Scheme;

use super::claims::Jwt;
use super::outcome::{Outcome, Verdict};
use super::remedies::{self, Case};
use super::shown::{digest, token};
use super::{advice, header, keyring, words};
use crate::endpoints::{Endpoints, proof_headers};
use crate::settings::Sources;

impl Verdict {
    /// Returns the verdict on a request received at `now`.
    pub(crate) fn of(endpoints: &Endpoints, sources: &Sources, request: &Received, now: Timestamp) -> Self {
        let Some((endpoint, channel)) = endpoints.of_path(&request.path) else {
            return Self::of_unknown_path(endpoints, sources, request, now);
        };
        let (webhook, scheme) = (endpoint.webhook, &endpoint.webhook.scheme);
        let correct = newest_proof(endpoint, sources, channel.as_deref(), &request.body);
        let header = correct.as_ref().map(|_| header_read(endpoint, request));
        let received = header.and_then(|header| request.header(header));
        let checked_bytes = checked_bytes(scheme, request, received);
        let mut verdict = Self {
            outcome: Outcome::Refused,
            provider: Some(webhook.name),
            scheme: Some(words::scheme(scheme)),
            header: header.map(str::to_owned),
            body_bytes: request.body.len(),
            checked_bytes,
            checked: Some(words::checked(scheme, request.body.len(), checked_bytes)),
            secret: sources.find(webhook.keyring).map(|(_, source)| format!("{}: {source}", webhook.keyring)),
            keys: Some(endpoint.accepted(channel.as_deref()).len()),
            received: received.map(|value| credential(scheme, value)),
            expected: correct.as_ref().and_then(|value| expected(scheme, value)),
            ..Self::default()
        };
        match endpoint.verify(request, channel.as_deref(), now) {
            Ok(verified) => verdict.accept(verified.key_position()),
            Err(refusal) => {
                let problem = match scheme {
                    Scheme::Jwt(scheme) => {
                        let correct = correct.as_deref().and_then(Jwt::parse);
                        received.and_then(Jwt::parse).and_then(|jwt| jwt.problem(scheme, refusal, correct.as_ref(), now))
                    }
                    Scheme::HmacSha1(_) | Scheme::Basic(_) | Scheme::Token(_) => None,
                };
                let (channel, header) = (channel.as_deref(), header.unwrap_or_default());
                let case = Case { endpoints, sources, endpoint, channel, request, now, header, work: Cell::new(remedies::WORK) };
                verdict.refuse(refusal, problem, remedies::find(&case), advice::of(refusal, webhook, request, received));
            }
        }
        Self { channel, ..verdict }
    }

    fn of_unknown_path(endpoints: &Endpoints, sources: &Sources, request: &Received, now: Timestamp) -> Self {
        let paths: Vec<String> = endpoints.as_slice().iter().map(|endpoint| endpoints.path(endpoint.webhook)).collect();
        Self {
            body_bytes: request.body.len(),
            reason: Some("unknown_path"),
            detail: "no webhook has this path".to_owned(),
            would_verify: remedies::find_path(endpoints, sources, request, now),
            advice: vec![format!("the paths are {}", paths.join(", "))],
            ..Self::default()
        }
    }
}

/// Returns the header value that would prove the body, with the newest key of the channel, or else of any channel.
fn newest_proof(endpoint: &Endpoint, sources: &Sources, channel: Option<&str>, body: &[u8]) -> Option<String> {
    let any = || {
        let (keyring, _) = sources.find(endpoint.webhook.keyring)?;
        keyring::channels(&keyring).iter().find_map(|channel| endpoint.sign(Some(channel), body))
    };
    let proof = endpoint.sign(channel, body).or_else(any)?;
    proof.into_iter().next().map(|(_, value)| value)
}

/// Returns the header that is read: the first proof header that the request has, or else the usual one.
fn header_read<'e>(endpoint: &'e Endpoint, request: &Received) -> &'e str {
    proof_headers(endpoint).find(|header| request.header(header).is_some()).unwrap_or(endpoint.header())
}

fn checked_bytes(scheme: &Scheme, request: &Received, received: Option<&str>) -> Option<usize> {
    match scheme {
        Scheme::HmacSha1(scheme) => Some((scheme.signed)(&request.body).len()),
        Scheme::Jwt(_) => Jwt::parse(received?).map(|jwt| jwt.signed_bytes),
        Scheme::Basic(_) | Scheme::Token(_) => None,
    }
}

/// Returns the part of a header value's credential that can be shown: the beginning of a digest, the length of a token.
fn credential(scheme: &Scheme, value: &str) -> String {
    let bare = || Cow::Borrowed(header::after_scheme(value).unwrap_or(value.trim()));
    match scheme {
        Scheme::HmacSha1(_) => digest(value.trim()),
        Scheme::Basic(_) => token(&header::decoded(value).map_or_else(bare, Cow::Owned)),
        Scheme::Token(_) => token(&bare()),
        Scheme::Jwt(_) => Jwt::parse(value).map_or_else(|| token(&bare()), |jwt| digest(&jwt.signature)),
    }
}

/// Returns the part of the expected credential that can be shown. Returns `None` for a JWT, because its signature depends on
/// the claims that its sender chose.
fn expected(scheme: &Scheme, value: &str) -> Option<String> {
    (!matches!(scheme, Scheme::Jwt(_))).then(|| credential(scheme, value))
}
