//! A plain token in a header, with or without a preceding scheme such as `Bearer`.

use super::{Refusal, Verified, position_of, strip_scheme};
use crate::received::Received;
use crate::secret::Secret;

/// The scheme's parameters.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// The header that carries the token.
    pub header: &'static str,
    /// The setting that replaces the name of the header.
    pub header_setting: Option<&'static str>,
    /// The scheme that may precede the token.
    pub scheme: Option<&'static str>,
}

impl Token {
    /// Verifies that the value of `header`, the header in force, is one of the accepted tokens.
    ///
    /// # Errors
    /// [`Refusal::UnknownChannel`] if no secret is accepted, [`Refusal::MissingHeader`] or [`Refusal::WrongToken`].
    pub fn verify<'r>(&self, request: &'r Received, header: &str, accepted: &[Secret]) -> Result<Verified<'r>, Refusal> {
        if accepted.is_empty() {
            return Err(Refusal::UnknownChannel);
        }
        let value = request.header(header).ok_or(Refusal::MissingHeader)?.trim();
        let bare = self.scheme.and_then(|scheme| strip_scheme(value, scheme)).unwrap_or(value);
        let position = position_of(bare.as_bytes(), accepted).or_else(|| position_of(value.as_bytes(), accepted));
        position.map(|position| Verified::by_key(request, position)).ok_or(Refusal::WrongToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEME: Token = Token { header: "authorization", header_setting: None, scheme: Some("Bearer") };

    fn check(secrets: &[&str], header: Option<&str>) -> Result<Option<usize>, Refusal> {
        let ring: Vec<Secret> = secrets.iter().map(|text| Secret::parse(text).expect("a secret")).collect();
        let headers = header.map(|value| ("Authorization".to_owned(), value.to_owned())).into_iter().collect();
        let request = Received { headers, ..Received::default() };
        SCHEME.verify(&request, SCHEME.header, &ring).map(|verified| verified.key_position())
    }

    #[test]
    fn the_scheme_is_optional() {
        for header in ["t0ken", "bearer t0ken", "Bearer  t0ken", "BEARER t0ken", " t0ken "] {
            assert_eq!(check(&["new", "t0ken"], Some(header)), Ok(Some(1)), "{header}");
        }
        assert!(check(&["Bearer x"], Some("Bearer x")).is_ok());
    }

    #[test]
    fn another_token_is_wrong() {
        for header in ["", "bearer", "bearer ", "Basic t0ken", "t0ke", "t0kenn", "T0KEN", "bearer bearer t0ken"] {
            assert_eq!(check(&["t0ken"], Some(header)), Err(Refusal::WrongToken), "{header}");
        }
        assert_eq!(check(&["t0ken"], None), Err(Refusal::MissingHeader));
        assert_eq!(check(&[], Some("t0ken")), Err(Refusal::UnknownChannel));
    }
}
