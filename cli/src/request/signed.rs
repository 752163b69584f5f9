//! Requests with the proof that their provider would send.

use anyhow::anyhow;
use shared::endpoint::Endpoint;
use shared::received::Received;

use crate::endpoints::{Endpoints, proof_headers};
use crate::settings::{Source, Sources};

/// The headers of a request that are not sent: headers of its connection, and headers that the target's gateway adds.
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

/// The proof of a request.
pub(crate) struct Signed<'s> {
    /// The endpoint that the request is for.
    pub(crate) endpoint: &'s Endpoint,
    /// The channel in the request's path.
    pub(crate) channel: Option<String>,
    /// The headers that prove the request.
    pub(crate) proof: Proof,
    /// Where the secret comes from. `None` if no proof is required.
    pub(crate) source: Option<Source<'s>>,
    /// The headers that can contain an earlier proof.
    replaced: Vec<&'s str>,
}

impl<'s> Signed<'s> {
    /// Creates the proof of a request with the newest secret in force for its channel.
    ///
    /// # Errors
    /// Returns an error if no webhook has the request's path, or if its channel has no secret.
    pub(crate) fn new(endpoints: &'s Endpoints, sources: &'s Sources, request: &Received) -> anyhow::Result<Self> {
        let (endpoint, channel, proof) = proof(endpoints, request).map_err(|error| match error {
            Unprovable::NoProvider => anyhow!("no webhook has the request's path {}; pass another one with --path", request.path),
            Unprovable::NoSecret { keyring } => {
                anyhow!("{keyring} has no secret for the channel in the request's path; add one for the channel or for `*`")
            }
        })?;
        let source = sources.find(endpoint.webhook.keyring).map(|(_, source)| source);
        let replaced = endpoints.as_slice().iter().flat_map(proof_headers).collect();
        Ok(Self { endpoint, channel, proof, source, replaced })
    }

    /// Returns the headers to send: the request's own, with this proof instead of an earlier one.
    pub(crate) fn headers(&self, request: &Received) -> Vec<(String, String)> {
        let is_kept = |name: &str| {
            let mut dropped = DROPPED.iter().chain(&self.replaced);
            !dropped.any(|dropped| dropped.eq_ignore_ascii_case(name))
        };
        request.headers.iter().filter(|(name, _)| is_kept(name)).chain(&self.proof).cloned().collect()
    }

    /// Describes the secret that made the proof, and its source.
    pub(crate) fn secret(&self) -> String {
        self.source.map_or_else(|| "no proof".to_owned(), |source| format!("{}: {source}", self.endpoint.webhook.keyring))
    }
}

/// Why a request cannot be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unprovable {
    /// No provider has the request's path.
    NoProvider,
    /// The keyring has no secret for the request's channel.
    NoSecret {
        /// The name of the setting with the secrets.
        keyring: &'static str,
    },
}

/// Headers that prove a request.
pub(crate) type Proof = Vec<(String, String)>;

/// Returns the endpoint of a request, the channel in its path, and its proof with the newest secret in force for that channel.
///
/// # Errors
/// Returns an error if no webhook has the request's path, or if its channel has no secret.
pub(crate) fn proof<'e>(endpoints: &'e Endpoints, request: &Received) -> Result<(&'e Endpoint, Option<String>, Proof), Unprovable> {
    let (endpoint, channel) = endpoints.of_path(&request.path).ok_or(Unprovable::NoProvider)?;
    let proof = endpoint.sign(channel.as_deref(), &request.body);
    Ok((endpoint, channel, proof.ok_or(Unprovable::NoSecret { keyring: endpoint.webhook.keyring })?))
}

/// Adds the proof to a request, replacing an earlier one.
///
/// # Errors
/// Returns an error if no webhook has the request's path, or if its channel has no secret.
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
    fn old_proofs_and_connection_headers_are_not_sent() {
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
