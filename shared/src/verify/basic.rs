//! `Basic` and base64, of a login (`user:password`, RFC 7617) or of a bare token (Kommunicate).
//!
//! The scheme may be in any case and padding may be missing; the base64 must otherwise be canonical,
//! so that one login has one spelling.

use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};

use super::{Proof, Refusal, position_of, strip_scheme};
use crate::secret::Secret;

const ANY_PADDING: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Checks that the header holds one of the accepted secrets, as a whole.
///
/// # Errors
/// [`Refusal::UnknownChannel`] without a key, [`Refusal::MissingHeader`], [`Refusal::MalformedHeader`],
/// [`Refusal::WrongToken`].
pub fn verify(accepted: &[Secret], header: Option<&str>) -> Result<Proof, Refusal> {
    if accepted.is_empty() {
        return Err(Refusal::UnknownChannel);
    }
    let encoded = strip_scheme(header.ok_or(Refusal::MissingHeader)?, "basic").ok_or(Refusal::MalformedHeader)?;
    let presented = ANY_PADDING.decode(encoded).map_err(|_| Refusal::MalformedHeader)?;
    position_of(&presented, accepted)
}

/// The header's value for a secret: what a sender puts there.
#[must_use]
pub fn sign(secret: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(secret.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Credential;

    fn ring(secrets: &[&str]) -> Vec<Secret> {
        secrets.iter().map(|text| Secret::read(text).expect("a secret")).collect()
    }

    fn position(accepted: &[&str], header: &str) -> Result<Option<usize>, Refusal> {
        verify(&ring(accepted), Some(header)).map(|proof| proof.key_position())
    }

    #[test]
    fn published_examples_verify() {
        // Kommunicate's page: the token `abcdef`. RFC 7617, sections 2 and 2.1: two logins.
        assert_eq!(position(&["abcdef"], "Basic YWJjZGVm"), Ok(Some(0)));
        assert_eq!(position(&["Aladdin:open sesame"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), Ok(Some(0)));
        assert_eq!(position(&["test:123£"], "Basic dGVzdDoxMjPCow=="), Ok(Some(0)));
    }

    #[test]
    fn scheme_spaces_and_padding_are_forgiven() {
        for header in ["basic YWI6Y2Q=", "BASIC   YWI6Y2Q=", " Basic\tYWI6Y2Q ", "bAsIc YWI6Y2Q"] {
            assert_eq!(position(&["ab:cd"], header), Ok(Some(0)), "{header}");
        }
    }

    #[test]
    fn what_is_not_the_scheme_is_malformed() {
        for header in [
            "",
            "Basic",
            "Basic ",
            "YWI6Y2Q=",
            "Bearer YWI6Y2Q=",
            "BasicYWI6Y2Q=",
            "Basic YWI6Y2Q=, Basic YWI6Y2Q=",
            "Basic YWI6Y2R=",
            "Basic YWI6Y2Q==",
            "Basic YW I6Y2Q=",
        ] {
            assert_eq!(position(&["ab:cd"], header), Err(Refusal::MalformedHeader), "{header}");
        }
        assert_eq!(verify(&ring(&["ab:cd"]), None), Err(Refusal::MissingHeader));
    }

    #[test]
    fn another_secret_is_wrong() {
        for other in ["ab:ce", "ab:c", "ab:cdd", "ab", "AB:cd", "ab:cd\n", ""] {
            let header = format!("Basic {}=", STANDARD.encode(other).trim_end_matches('='));
            assert!(position(&["ab:cd"], &header).is_err(), "{other}");
        }
        assert_eq!(position(&["ab:cd"], &format!("Basic {}", STANDARD.encode("ab:ce"))), Err(Refusal::WrongToken));
        assert_eq!(position(&[], "Basic YWI6Y2Q="), Err(Refusal::UnknownChannel));
    }

    #[test]
    fn the_position_of_the_key_is_told() {
        let secrets = ring(&["new:x", "old:x"]);
        assert_eq!(verify(&secrets, Some(&sign(&secrets[1]))).expect("accepted").key_position(), Some(1));
    }
}
