//! Secrets, which no log and no error can show.

use std::fmt;

/// A shared secret or token. Its bytes leave by [`Secret::expose`] alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The bytes, for a verifier.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

/// A name and its secret, written `name:secret` and split at the first colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The half before the first colon: a user, a client id.
    pub name: String,
    /// The half after it.
    pub secret: Secret,
}

impl Login {
    /// The login as it is sent: `name:secret`.
    #[must_use]
    pub fn joined(&self) -> Secret {
        Secret(format!("{}:{}", self.name, self.secret.0))
    }
}

/// What a keyring holds: a [`Secret`] or a [`Login`].
pub trait Credential: Sized {
    /// Reads one credential.
    ///
    /// # Errors
    /// What would be right, without the text that is wrong.
    fn read(text: &str) -> Result<Self, &'static str>;
}

impl Credential for Secret {
    fn read(text: &str) -> Result<Self, &'static str> {
        if text.trim().is_empty() {
            return Err("a secret must not be empty");
        }
        Ok(Self(text.to_owned()))
    }
}

impl Credential for Login {
    fn read(text: &str) -> Result<Self, &'static str> {
        match text.split_once(':') {
            None => Err("a login is `name:secret`, and the colon is missing"),
            Some((name, secret)) if name.trim().is_empty() || secret.trim().is_empty() => {
                Err("a login is `name:secret`, and neither half may be empty")
            }
            Some((name, secret)) => Ok(Self { name: name.to_owned(), secret: Secret::read(secret)? }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let login = Login::read("ada:top-secret").expect("a login");
        assert_eq!(format!("{login:?}"), r#"Login { name: "ada", secret: [redacted] }"#);
    }

    #[test]
    fn a_login_is_split_at_the_first_colon() {
        let login = Login::read("ada:a:b").expect("a login");
        assert_eq!((login.name.as_str(), login.secret.expose()), ("ada", &b"a:b"[..]));
        assert_eq!(login.joined().expose(), b"ada:a:b");
    }

    #[test]
    fn an_empty_credential_is_refused() {
        for text in ["", " ", "\n"] {
            assert!(Secret::read(text).is_err(), "{text:?}");
        }
        for text in ["", "ada", ":", "ada:", ":secret", "ada: "] {
            assert!(Login::read(text).is_err(), "{text:?}");
        }
    }
}
