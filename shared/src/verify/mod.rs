//! Proofs of identity: pure functions from accepted keys, a header and raw bytes to a [`Proof`] or to
//! the one reason for a [`Refusal`].
//!
//! Only the functions in here make a [`Proof`], so whoever holds one has seen a request that proved
//! itself. MACs are checked by the MAC's own constant-time comparison, tokens by one over digests of
//! fixed length.

pub mod basic;
pub mod hmac_sha1;
pub mod jwt;
pub mod token;
#[cfg(test)]
mod vectors;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// How a sender proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// [`hmac_sha1`]
    HmacSha1,
    /// [`basic`]
    Basic,
    /// [`token`]
    Token,
    /// [`jwt`]
    Jwt,
}

/// That a request proved itself, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    key_position: Option<usize>,
    signature: Option<String>,
}

impl Proof {
    /// The place in the channel's list of the key that matched: 0 is the newest. None without a key.
    #[must_use]
    pub fn key_position(&self) -> Option<usize> {
        self.key_position
    }

    /// The signature over the body, as it was sent; none for schemes that do not sign it.
    #[must_use]
    pub fn signature(&self) -> Option<&str> {
        self.signature.as_deref()
    }

    /// The proof of an operator who accepts every caller, by a setting that says so.
    #[must_use]
    pub fn waived_by_operator() -> Self {
        Self { key_position: None, signature: None }
    }

    /// The proof of a request that gave it when it was received, by a token that nobody keeps.
    pub(crate) fn given_at_receipt() -> Self {
        Self { key_position: None, signature: None }
    }

    fn by_key(key_position: usize) -> Self {
        Self { key_position: Some(key_position), signature: None }
    }
}

/// Why a request was refused. For logs and metrics; a caller sees one and the same 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The keyring has no secret for the channel in the path.
    UnknownChannel,
    /// The header that carries the proof is not there.
    MissingHeader,
    /// The header is there and is not of the scheme's form.
    MalformedHeader,
    /// No accepted key made this signature.
    WrongSignature,
    /// No accepted token or login is this one.
    WrongToken,
    /// A JWT of another algorithm than HS256.
    WrongAlgorithm,
    /// A JWT with critical header extensions, none of which are understood here.
    CriticalHeader,
    /// A JWT for another client id.
    WrongClient,
    /// A JWT without a subject.
    MissingSubject,
    /// A JWT whose `exp` or `nbf` is no number.
    MalformedTime,
    /// A JWT after its `exp`.
    Expired,
    /// A JWT before its `nbf`.
    NotYetValid,
}

impl Refusal {
    /// Whether the same request might pass by another keyring.
    #[must_use]
    pub fn depends_on_keys(self) -> bool {
        matches!(self, Self::UnknownChannel | Self::WrongSignature | Self::WrongToken | Self::WrongClient)
    }

    /// The reason as a log field.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::UnknownChannel => "unknown_channel",
            Self::MissingHeader => "missing_header",
            Self::MalformedHeader => "malformed_header",
            Self::WrongSignature => "wrong_signature",
            Self::WrongToken => "wrong_token",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::CriticalHeader => "critical_header",
            Self::WrongClient => "wrong_client",
            Self::MissingSubject => "missing_subject",
            Self::MalformedTime => "malformed_time",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::UnknownChannel => "the keyring has no secret for the channel in the path",
            Self::MissingHeader => "the header with the proof is missing",
            Self::MalformedHeader => "the header with the proof is not of the expected form",
            Self::WrongSignature => "the signature was made with another secret or over other bytes",
            Self::WrongToken => "the token or login is not an accepted one",
            Self::WrongAlgorithm => "the JWT's algorithm is not HS256",
            Self::CriticalHeader => "the JWT has a critical header extension",
            Self::WrongClient => "the JWT is for another client id",
            Self::MissingSubject => "the JWT has no subject",
            Self::MalformedTime => "the JWT's exp or nbf is no number",
            Self::Expired => "the JWT has expired",
            Self::NotYetValid => "the JWT is not valid yet",
        })
    }
}

/// HMAC-SHA256, which takes keys of any length.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    #[allow(clippy::expect_used)] // Any length is a valid HMAC key (RFC 2104).
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(message);
    mac
}

/// Which of the accepted secrets these bytes are, in time that does not depend on where they differ.
fn position_of(presented: &[u8], accepted: &[Secret]) -> Result<Proof, Refusal> {
    let digest = |bytes: &[u8]| hmac_sha256(b"chathooks", bytes);
    let presented = digest(presented).finalize();
    accepted.iter().position(|secret| digest(secret.expose()).finalize() == presented).map(Proof::by_key).ok_or(Refusal::WrongToken)
}

/// Cuts a scheme's name, in any case, and the spaces after it off a header's value.
fn strip_scheme<'h>(header: &'h str, scheme: &str) -> Option<&'h str> {
    let (name, rest) = header.trim().split_once([' ', '\t'])?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Refusal; 12] = [
        Refusal::UnknownChannel,
        Refusal::MissingHeader,
        Refusal::MalformedHeader,
        Refusal::WrongSignature,
        Refusal::WrongToken,
        Refusal::WrongAlgorithm,
        Refusal::CriticalHeader,
        Refusal::WrongClient,
        Refusal::MissingSubject,
        Refusal::MalformedTime,
        Refusal::Expired,
        Refusal::NotYetValid,
    ];

    #[test]
    fn every_refusal_has_a_reason_and_words_of_its_own() {
        for (place, refusal) in ALL.into_iter().enumerate() {
            // `WrongToken` is `wrong_token` in a log.
            let name = format!("{refusal:?}");
            let snake = name.chars().flat_map(|letter| letter.is_uppercase().then_some('_').into_iter().chain(letter.to_lowercase()));
            assert_eq!(snake.skip(1).collect::<String>(), refusal.reason());
            assert!(refusal.to_string().contains(' '), "{refusal:?}");
            assert!(ALL[..place].iter().all(|other| other.to_string() != refusal.to_string()), "{refusal:?}");
        }
    }
}
