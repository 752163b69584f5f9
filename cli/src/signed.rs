//! Requests with the proof that their provider would give them.

use anyhow::{Context, anyhow, bail};
use serde_json::Value;
use shared::function::Sender;
use shared::json;
use shared::received::Received;

use crate::assignment::Assignment;
use crate::functions;
use crate::sources::{Source, Sources};

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
    pub(crate) proof: Vec<(String, String)>,
    /// Where the secret comes from; none where no proof is asked for.
    pub(crate) source: Option<Source<'s>>,
}

impl<'s> Signed<'s> {
    /// The proof of a request, by the newest secret in force for its channel.
    ///
    /// # Errors
    /// No provider has its path, or its channel has no secret.
    pub(crate) fn new(senders: &'s [Sender], sources: &'s Sources, request: &Received) -> anyhow::Result<Self> {
        let Some((sender, channel)) = functions::of_path(senders, &request.path) else {
            bail!("no provider has the request's path {}; --path gives another", request.path);
        };
        let keyring = sender.webhook.keyring;
        let proof = sender.signer.sign(channel.as_deref(), &request.body);
        let proof = proof
            .ok_or_else(|| anyhow!("{keyring} has no secret for the channel in the request's path; add one for it, or one for `*`"))?;
        Ok(Self { sender, channel, proof, source: sources.find(keyring).map(|(_, source)| source) })
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

/// The body with all changes made; `{i}` in a value is that number.
///
/// # Errors
/// It is no JSON, or has no such place.
pub(crate) fn changed(body: &[u8], changes: &[Assignment], number: usize) -> anyhow::Result<Vec<u8>> {
    if changes.is_empty() {
        return Ok(body.to_vec());
    }
    let text = json::decode(body).map_err(|_| anyhow!("--set needs a JSON body, and the request's is not UTF-8"))?;
    let mut body: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).context("--set needs a JSON body")?;
    for change in changes {
        change.apply(&mut body, number).map_err(|problem| anyhow!("--set: {problem}"))?;
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
