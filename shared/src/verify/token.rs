//! A token as it is, with or without `Bearer` before it (Kore.ai's access token).

use super::{Proof, Refusal, position_of, strip_scheme};
use crate::secret::Secret;

/// Checks that the header's value is one of the accepted tokens.
///
/// # Errors
/// [`Refusal::UnknownChannel`] without a key, [`Refusal::MissingHeader`], [`Refusal::WrongToken`].
pub fn verify(accepted: &[Secret], header: Option<&str>) -> Result<Proof, Refusal> {
    if accepted.is_empty() {
        return Err(Refusal::UnknownChannel);
    }
    let header = header.ok_or(Refusal::MissingHeader)?.trim();
    let bare = strip_scheme(header, "bearer").unwrap_or(header);
    position_of(bare.as_bytes(), accepted).or_else(|_| position_of(header.as_bytes(), accepted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Credential;

    fn ring(secrets: &[&str]) -> Vec<Secret> {
        secrets.iter().map(|text| Secret::read(text).expect("a secret")).collect()
    }

    #[test]
    fn the_scheme_is_optional() {
        for header in ["t0ken", "bearer t0ken", "Bearer  t0ken", "BEARER t0ken", " t0ken "] {
            assert_eq!(verify(&ring(&["new", "t0ken"]), Some(header)).expect(header).key_position(), Some(1));
        }
        assert!(verify(&ring(&["Bearer x"]), Some("Bearer x")).is_ok());
    }

    #[test]
    fn another_token_is_wrong() {
        for header in ["", "bearer", "bearer ", "Basic t0ken", "t0ke", "t0kenn", "T0KEN", "bearer bearer t0ken"] {
            assert_eq!(verify(&ring(&["t0ken"]), Some(header)), Err(Refusal::WrongToken), "{header}");
        }
        assert_eq!(verify(&ring(&["t0ken"]), None), Err(Refusal::MissingHeader));
        assert_eq!(verify(&[], Some("t0ken")), Err(Refusal::UnknownChannel));
    }
}
