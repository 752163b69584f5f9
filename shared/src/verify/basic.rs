//! The `Basic` scheme: the base64 of a login (`user:password`, RFC 7617) or of a bare token.
//!
//! The scheme name may be in any case, and padding may be missing. Otherwise the base64 must be canonical, so that a secret
//! has only one encoding.

use std::borrow::Cow;

use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

use super::{Refusal, Verified, position_of, strip_scheme};
use crate::received::Received;
use crate::secret::Secret;

const ANY_PADDING: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// The scheme's parameters.
#[derive(Debug, Clone, Copy)]
pub struct Basic {
    /// The headers that may carry the proof. The first one present counts.
    pub headers: &'static [&'static str],
    /// Whether the secret is `user:password` rather than a bare token.
    pub is_login: bool,
    /// Whether the base64 may be wrapped, with whitespace between its lines.
    pub may_wrap: bool,
}

impl Basic {
    /// Verifies that the header value decodes to one of the accepted secrets.
    ///
    /// # Errors
    /// [`Refusal::UnknownChannel`] if no secret is accepted, [`Refusal::MissingHeader`], [`Refusal::MalformedHeader`] or
    /// [`Refusal::WrongToken`].
    pub fn verify<'r>(&self, request: &'r Received, accepted: &[Secret]) -> Result<Verified<'r>, Refusal> {
        if accepted.is_empty() {
            return Err(Refusal::UnknownChannel);
        }
        let header = self.headers.iter().find_map(|name| request.header(name)).ok_or(Refusal::MissingHeader)?;
        let mut encoded = Cow::Borrowed(strip_scheme(header, "basic").ok_or(Refusal::MalformedHeader)?);
        if self.may_wrap {
            encoded = Cow::Owned(encoded.split_ascii_whitespace().collect());
        }
        let presented = ANY_PADDING.decode(encoded.as_bytes()).map_err(|_| Refusal::MalformedHeader)?;
        position_of(&presented, accepted).map(|position| Verified::by_key(request, position)).ok_or(Refusal::WrongToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    const SCHEME: Basic = Basic { headers: &["x-token", "authorization"], is_login: true, may_wrap: false };

    fn ring(secrets: &[&str]) -> Vec<Secret> {
        secrets.iter().map(|text| Secret::parse(text).expect("a secret")).collect()
    }

    fn request(headers: &[(&str, &str)]) -> Received {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Received { headers, ..Received::default() }
    }

    fn check(scheme: Basic, accepted: &[&str], headers: &[(&str, &str)]) -> Result<Option<usize>, Refusal> {
        scheme.verify(&request(headers), &ring(accepted)).map(|verified| verified.key_position())
    }

    fn position(accepted: &[&str], header: &str) -> Result<Option<usize>, Refusal> {
        check(SCHEME, accepted, &[("Authorization", header)])
    }

    #[test]
    fn published_examples_verify() {
        // A bare token, and the logins of RFC 7617, sections 2 and 2.1.
        assert_eq!(position(&["abcdef"], "Basic YWJjZGVm"), Ok(Some(0)));
        assert_eq!(position(&["Aladdin:open sesame"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), Ok(Some(0)));
        assert_eq!(position(&["test:123£"], "Basic dGVzdDoxMjPCow=="), Ok(Some(0)));
    }

    #[test]
    fn scheme_case_spaces_and_missing_padding_are_accepted() {
        for header in ["basic YWI6Y2Q=", "BASIC   YWI6Y2Q=", " Basic\tYWI6Y2Q ", "bAsIc YWI6Y2Q"] {
            assert_eq!(position(&["ab:cd"], header), Ok(Some(0)), "{header}");
        }
    }

    #[test]
    fn any_other_format_is_malformed() {
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
        assert_eq!(check(SCHEME, &["ab:cd"], &[]), Err(Refusal::MissingHeader));
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
    fn the_first_header_present_counts() {
        let (good, bad) = (("X-TOKEN", "Basic YWI6Y2Q="), ("Authorization", "Basic WWW="));
        assert_eq!(check(SCHEME, &["ab:cd"], &[bad, good]), Ok(Some(0)));
        assert!(check(SCHEME, &["ab:cd"], &[("x-token", bad.1), ("authorization", good.1)]).is_err());
    }

    #[test]
    fn wrapped_base64_is_accepted_only_if_allowed() {
        let wrapped = "Basic YWI6\t Y2Q=";
        assert_eq!(check(Basic { may_wrap: true, ..SCHEME }, &["ab:cd"], &[("authorization", wrapped)]), Ok(Some(0)));
        assert_eq!(check(SCHEME, &["ab:cd"], &[("authorization", wrapped)]), Err(Refusal::MalformedHeader));
    }

    #[test]
    fn the_position_of_the_key_is_returned() {
        assert_eq!(position(&["new:x", "old:x"], &format!("Basic {}", STANDARD.encode("old:x"))), Ok(Some(1)));
    }
}
