//! Secrets that cannot appear in logs or errors.

use std::fmt;

/// A shared secret, a token or a login. [`Secret::expose`] and [`Secret::login`] are the only ways to read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A secret of the form `name:secret`, split at the first colon.
#[derive(Clone, Copy)]
pub struct Login<'s> {
    /// The part before the first colon: a user or a client id.
    pub name: &'s str,
    /// The part after the first colon.
    pub secret: &'s [u8],
}

impl Secret {
    /// Parses a secret.
    ///
    /// # Errors
    /// The text is blank. The error states what is expected and does not quote the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.trim().is_empty() { Err("a secret must not be empty") } else { Ok(Self(text.to_owned())) }
    }

    /// Parses a secret of the form `name:secret`.
    ///
    /// # Errors
    /// The colon is missing, or either part is blank. The error states what is expected and does not quote the text.
    pub fn parse_login(text: &str) -> Result<Self, &'static str> {
        match text.split_once(':') {
            None => Err("a login must have the form `name:secret`; the colon is missing"),
            Some((name, secret)) if name.trim().is_empty() || secret.trim().is_empty() => {
                Err("a login must have the form `name:secret`; neither part may be empty")
            }
            Some(_) => Self::parse(text),
        }
    }

    /// Returns the bytes, for a verifier.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the two parts of a login. `None` for a secret without a colon.
    #[must_use]
    pub fn login(&self) -> Option<Login<'_>> {
        self.0.split_once(':').map(|(name, secret)| Login { name, secret: secret.as_bytes() })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let login = Secret::parse_login("ada:top-secret").expect("a login");
        assert_eq!(format!("{login:?}"), "[redacted]");
    }

    #[test]
    fn a_login_is_split_at_the_first_colon() {
        let secret = Secret::parse_login("ada:a:b").expect("a login");
        let login = secret.login().expect("two halves");
        assert_eq!((login.name, login.secret, secret.expose()), ("ada", &b"a:b"[..], &b"ada:a:b"[..]));
    }

    #[test]
    fn an_empty_secret_is_refused() {
        for text in ["", " ", "\n"] {
            assert!(Secret::parse(text).is_err(), "{text:?}");
        }
        for text in ["", "ada", ":", "ada:", ":secret", "ada: "] {
            assert!(Secret::parse_login(text).is_err(), "{text:?}");
        }
    }
}
