//! Requests with the proof that their provider would give them.

use anyhow::{Context, anyhow};
use serde_json::Value;
use shared::json;
use shared::received::Received;

use super::assignment::Assignment;
use crate::functions::{self, Sender};
use crate::settings::{Source, Sources};

/// What is not sent of a request's headers: what belongs to its own connection, what the gateway of the
/// target adds itself, and proofs, which are made anew.
const DROPPED: [&str; 12] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "expect",
    "accept-encoding",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
    "authorization",
    "authentication",
];

/// What proves a request.
pub(crate) struct Signed<'s> {
    /// Who it seems to come from.
    pub(crate) sender: &'s Sender,
    /// The channel in its path.
    pub(crate) channel: Option<String>,
    /// The headers that prove it.
    pub(crate) proof: Proof,
    /// Where the secret comes from; none where no proof is asked for.
    pub(crate) source: Option<Source<'s>>,
}

impl<'s> Signed<'s> {
    /// The proof of a request, by the newest secret in force for its channel.
    ///
    /// # Errors
    /// No provider has its path, or its channel has no secret.
    pub(crate) fn new(senders: &'s [Sender], sources: &'s Sources, request: &Received) -> anyhow::Result<Self> {
        let (sender, channel, proof) = proof(senders, request).map_err(|error| match error {
            Unprovable::NoProvider => anyhow!("no provider has the request's path {}; --path gives another", request.path),
            Unprovable::NoSecret { keyring } => {
                anyhow!("{keyring} has no secret for the channel in the request's path; add one for it, or one for `*`")
            }
        })?;
        Ok(Self { sender, channel, proof, source: sources.find(sender.webhook.keyring).map(|(_, source)| source) })
    }

    /// The headers to send: the request's own with this proof in place of another.
    pub(crate) fn headers(&self, request: &Received) -> Vec<(String, String)> {
        let is_kept = |name: &str| {
            let dropped = DROPPED.iter().copied().chain(self.proof.iter().map(|(name, _)| name.as_str()));
            !dropped.into_iter().any(|dropped| dropped.eq_ignore_ascii_case(name))
        };
        request.headers.iter().filter(|(name, _)| is_kept(name)).chain(&self.proof).cloned().collect()
    }

    /// Which secret made it, and whose that is.
    pub(crate) fn secret(&self) -> String {
        self.source.map_or_else(|| "no proof".to_owned(), |source| format!("{}: {source}", self.sender.webhook.keyring))
    }
}

/// Why a request cannot be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unprovable {
    /// No provider has its path.
    NoProvider,
    /// The keyring has no secret for its channel.
    NoSecret {
        /// The setting with the secrets.
        keyring: &'static str,
    },
}

/// Headers that prove a request.
pub(crate) type Proof = Vec<(String, String)>;

/// Returns the sender of a request, the channel in its path, and its proof by the newest secret in force for that channel.
///
/// # Errors
/// No provider has its path, or its channel has no secret.
pub(crate) fn proof<'s>(senders: &'s [Sender], request: &Received) -> Result<(&'s Sender, Option<String>, Proof), Unprovable> {
    let (sender, channel) = functions::of_path(senders, &request.path).ok_or(Unprovable::NoProvider)?;
    let proof = sender.signer.sign(channel.as_deref(), &request.body);
    Ok((sender, channel, proof.ok_or(Unprovable::NoSecret { keyring: sender.webhook.keyring })?))
}

/// Puts a request's proof in place of an earlier one.
///
/// # Errors
/// No provider has its path, or its channel has no secret.
pub(crate) fn sign(request: &mut Received, senders: &[Sender]) -> Result<(), Unprovable> {
    let (.., proof) = proof(senders, request)?;
    request.headers.retain(|(name, _)| !proof.iter().any(|(new, _)| new.eq_ignore_ascii_case(name)));
    request.headers.extend(proof);
    Ok(())
}

/// The body with all changes made; `{i}` in a value is that number.
///
/// # Errors
/// It is no JSON, or has nothing at the path of a change.
pub(crate) fn changed(body: &[u8], changes: &[Assignment], number: usize) -> anyhow::Result<Vec<u8>> {
    if changes.is_empty() {
        return Ok(body.to_vec());
    }
    let text = json::decode(body).map_err(|_| anyhow!("--set needs a JSON body, and the request's is not UTF-8"))?;
    let mut body: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).context("--set needs a JSON body")?;
    for change in changes {
        change.apply(&mut body, number).map_err(|error| anyhow!("--set: {error}"))?;
    }
    Ok(serde_json::to_vec(&body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_proofs_and_the_connection_are_not_sent() {
        let sources = Sources::of_file("");
        let senders = functions::senders(&sources.settings()).expect("senders");
        let given = ["Host", "X-Signature", "AUTHORIZATION", "Content-Length", "X-Forwarded-For", "User-Agent"];
        let headers = given.map(|name| (name.to_owned(), "old".to_owned())).into();
        let request = Received { path: "/kommo".to_owned(), headers, ..Received::default() };
        let signed = Signed::new(&senders, &sources, &request).expect("a proof");
        let names: Vec<String> = signed.headers(&request).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["User-Agent", "x-signature"]);
        assert_eq!(signed.headers(&request)[1], signed.proof[0]);
    }

    #[test]
    fn a_changed_body_may_have_had_half_an_emoji() {
        let changes = ["a=x".parse().expect("a change")];
        assert_eq!(changed(br#"{"a":1,"b":"\ud83d"}"#, &changes, 1).expect("a body"), "{\"a\":\"x\",\"b\":\"\u{fffd}\"}".as_bytes());
        assert!(changed(b"no json", &changes, 1).is_err());
        assert!(changed(b"\xff", &changes, 1).is_err());
        assert_eq!(changed(b"\xff", &[], 1).expect("a body"), b"\xff");
    }
}
