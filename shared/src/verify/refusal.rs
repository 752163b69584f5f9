//! Why a proof fails, for logs and metrics. Callers get the same 401 for every reason.

use std::fmt;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The keyring has no secret for the channel in the path.
    UnknownChannel,
    /// The header that carries the proof is missing.
    MissingHeader,
    /// The header does not have the format of the scheme.
    MalformedHeader,
    /// The signature does not match any accepted secret.
    WrongSignature,
    /// The token or login does not match any accepted secret.
    WrongToken,
    /// The algorithm of the JWT is not HS256.
    WrongAlgorithm,
    /// The JWT has critical header extensions, none of which are supported.
    CriticalHeader,
    /// The JWT is for another client id.
    WrongClient,
    /// The JWT has no subject.
    MissingSubject,
    /// The JWT is for a user other than the one in the body.
    WrongUser,
    /// The JWT's `exp` or `nbf` is not a number.
    MalformedTime,
    /// The JWT's `exp` has passed.
    Expired,
    /// The JWT's `nbf` is still to come.
    NotYetValid,
}

impl Refusal {
    /// Returns whether the same request might pass with another keyring.
    #[must_use]
    pub fn depends_on_keys(self) -> bool {
        matches!(self, Self::UnknownChannel | Self::WrongSignature | Self::WrongToken | Self::WrongClient)
    }

    /// Returns the reason as a log field.
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
            Self::WrongUser => "wrong_user",
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
            Self::MalformedHeader => "the header with the proof is malformed",
            Self::WrongSignature => "the signature was made with another secret or over other bytes",
            Self::WrongToken => "the token or login does not match an accepted secret",
            Self::WrongAlgorithm => "the JWT's algorithm is not HS256",
            Self::CriticalHeader => "the JWT has a critical header extension",
            Self::WrongClient => "the JWT is for another client id",
            Self::MissingSubject => "the JWT has no subject",
            Self::WrongUser => "the JWT is for a user other than the one in the body",
            Self::MalformedTime => "the JWT's exp or nbf is not a number",
            Self::Expired => "the JWT has expired",
            Self::NotYetValid => "the JWT is not valid yet",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Refusal; 13] = [
        Refusal::UnknownChannel,
        Refusal::MissingHeader,
        Refusal::MalformedHeader,
        Refusal::WrongSignature,
        Refusal::WrongToken,
        Refusal::WrongAlgorithm,
        Refusal::CriticalHeader,
        Refusal::WrongClient,
        Refusal::MissingSubject,
        Refusal::WrongUser,
        Refusal::MalformedTime,
        Refusal::Expired,
        Refusal::NotYetValid,
    ];

    #[test]
    fn every_refusal_has_its_own_reason_and_message() {
        for (index, refusal) in ALL.into_iter().enumerate() {
            // `WrongToken` is `wrong_token` in a log.
            let name = format!("{refusal:?}");
            let snake = name.chars().flat_map(|letter| letter.is_uppercase().then_some('_').into_iter().chain(letter.to_lowercase()));
            assert_eq!(snake.skip(1).collect::<String>(), refusal.reason());
            assert!(refusal.to_string().contains(' '), "{refusal:?}");
            assert!(ALL[..index].iter().all(|other| other.to_string() != refusal.to_string()), "{refusal:?}");
        }
    }
}
