//! Requests with the proof that their provider would give them.

use anyhow::anyhow;
use shared::endpoint::Endpoint;
use shared::received::Received;

use crate::endpoints::{Endpoints, proof_headers};
use crate::settings::{Source, Sources};

/// The headers of a request that are not sent: those of its own connection, and those that the target's gateway adds.
const DROPPED: [&str; 10] = [
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
];

/// A request's proof.
pub(crate) struct Signed<'s> {
    /// The endpoint that it is for.
    pub(crate) endpoint: &'s Endpoint,
    /// The channel in its path.
    pub(crate) channel: Option<String>,
    /// The headers that prove it.
    pub(crate) proof: Proof,
    /// Where the secret comes from; none where no proof is asked for.
    pub(crate) source: Option<Source<'s>>,
    /// The headers that may hold an earlier proof.
    replaced: Vec<&'s str>,
}

impl<'s> Signed<'s> {
    /// The proof of a request, by the newest secret in force for its channel.
    ///
    /// # Errors
    /// No provider has its path, or its channel has no secret.
    pub(crate) fn new(endpoints: &'s Endpoints, sources: &'s Sources, request: &Received) -> anyhow::Result<Self> {
        let (endpoint, channel, proof) = proof(endpoints, request).map_err(|error| match error {
            Unprovable::NoProvider => anyhow!("no provider has the request's path {}; --path gives another", request.path),
            Unprovable::NoSecret { keyring } => {
                anyhow!("{keyring} has no secret for the channel in the request's path; add one for it, or one for `*`")
            }
        })?;
        let source = sources.find(endpoint.webhook.keyring).map(|(_, source)| source);
        let replaced = endpoints.as_slice().iter().flat_map(proof_headers).collect();
        Ok(Self { endpoint, channel, proof, source, replaced })
    }

    /// The headers to send: the request's own with this proof in place of another.
    pub(crate) fn headers(&self, request: &Received) -> Vec<(String, String)> {
        let is_kept = |name: &str| {
            let mut dropped = DROPPED.iter().chain(&self.replaced);
            !dropped.any(|dropped| dropped.eq_ignore_ascii_case(name))
        };
        request.headers.iter().filter(|(name, _)| is_kept(name)).chain(&self.proof).cloned().collect()
    }

    /// Which secret made it, and whose that is.
    pub(crate) fn secret(&self) -> String {
        self.source.map_or_else(|| "no proof".to_owned(), |source| format!("{}: {source}", self.endpoint.webhook.keyring))
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

/// Returns the endpoint of a request, the channel in its path, and its proof by the newest secret in force for that channel.
///
/// # Errors
/// No provider has its path, or its channel has no secret.
pub(crate) fn proof<'e>(endpoints: &'e Endpoints, request: &Received) -> Result<(&'e Endpoint, Option<String>, Proof), Unprovable> {
    let (endpoint, channel) = endpoints.of_path(&request.path).ok_or(Unprovable::NoProvider)?;
    let proof = endpoint.sign(channel.as_deref(), &request.body);
    Ok((endpoint, channel, proof.ok_or(Unprovable::NoSecret { keyring: endpoint.webhook.keyring })?))
}

/// Puts a request's proof in place of an earlier one.
///
/// # Errors
/// No provider has its path, or its channel has no secret.
pub(crate) fn sign(request: &mut Received, endpoints: &Endpoints) -> Result<(), Unprovable> {
    let (.., proof) = proof(endpoints, request)?;
    request.headers.retain(|(name, _)| !proof.iter().any(|(new, _)| new.eq_ignore_ascii_case(name)));
    request.headers.extend(proof);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_proofs_and_the_connection_are_not_sent() {
        let sources = Sources::of_file("");
        let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
        let given = ["Host", "X-Signature", "AUTHORIZATION", "Content-Length", "X-Forwarded-For", "User-Agent"];
        let headers = given.map(|name| (name.to_owned(), "old".to_owned())).into();
        let request = Received { path: "/kommo".to_owned(), headers, ..Received::default() };
        let signed = Signed::new(&endpoints, &sources, &request).expect("a proof");
        let names: Vec<String> = signed.headers(&request).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["User-Agent", "x-signature"]);
        assert_eq!(signed.headers(&request)[1], signed.proof[0]);
    }
}
