//! Proofs of identity: from a request and the accepted secrets to a [`Verified`], or to the one reason for a [`Refusal`].
//!
//! Only the verifiers in this module make a [`Verified`], and each is bound to the request that it checked. MACs are
//! checked by the MAC's own constant-time comparison, tokens by comparing digests of fixed length.
//!
//! Nothing else can vouch for a request:
//!
//! ```compile_fail,E0451
//! let request = shared::received::Received::default();
//! let verified = shared::verify::Verified { request: &request, key_position: None, signature: None };
//! ```
//!
//! An operator's waiver comes from the settings alone:
//!
//! ```compile_fail,E0423
//! let waiver = shared::settings::Waiver(());
//! ```
//!
//! And a proof does not outlive the request that it was given for:
//!
//! ```compile_fail,E0505
//! use shared::{endpoint::Endpoint, received::Received, timestamp::Timestamp};
//!
//! fn reuse(endpoint: &Endpoint, request: Received) {
//!     let verified = endpoint.verify(&request, None, Timestamp::now()).ok();
//!     drop(request);
//!     println!("{verified:?}");
//! }
//! ```

pub mod basic;
pub mod hmac_sha1;
pub mod jwt;
mod refusal;
pub mod token;
#[cfg(test)]
mod vectors;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::received::Received;
use crate::secret::Secret;
use crate::settings::Waiver;

pub use basic::Basic;
pub use hmac_sha1::HmacSha1;
pub use jwt::Jwt;
pub use refusal::Refusal;
pub use token::Token;

/// How a sender proves itself, with the scheme's parameters.
#[derive(Debug, Clone, Copy)]
pub enum Scheme {
    /// HMAC-SHA1 over the body.
    HmacSha1(HmacSha1),
    /// `Basic` and base64.
    Basic(Basic),
    /// A token as it is.
    Token(Token),
    /// A JSON Web Token.
    Jwt(Jwt),
}

impl Scheme {
    /// Returns the scheme that a 401 asks for; none where HTTP has no name for it.
    #[must_use]
    pub fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::HmacSha1(_) => None,
            Self::Basic(_) => Some("Basic"),
            Self::Token(token) => token.scheme,
            Self::Jwt(_) => Some("Bearer"),
        }
    }

    /// Returns the header that carries the proof.
    #[must_use]
    pub fn header(&self) -> &'static str {
        match self {
            Self::HmacSha1(scheme) => scheme.header,
            Self::Basic(scheme) => scheme.headers.first().copied().unwrap_or_default(),
            Self::Token(scheme) => scheme.header,
            Self::Jwt(scheme) => scheme.header,
        }
    }

    /// Returns the setting that names another header, where there is one.
    #[must_use]
    pub fn header_setting(&self) -> Option<&'static str> {
        match self {
            Self::Token(token) => token.header_setting,
            Self::HmacSha1(_) | Self::Basic(_) | Self::Jwt(_) => None,
        }
    }

    /// Whether its proof is a signature over the body, which can be checked again later.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        matches!(self, Self::HmacSha1(_))
    }

    /// Whether its secrets are `name:secret`.
    #[must_use]
    pub fn has_logins(&self) -> bool {
        match self {
            Self::Basic(basic) => basic.is_login,
            Self::Jwt(_) => true,
            Self::HmacSha1(_) | Self::Token(_) => false,
        }
    }
}

/// A request that proved itself.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'r> {
    request: &'r Received,
    key_position: Option<usize>,
    signature: Option<&'r str>,
}

impl<'r> Verified<'r> {
    /// Returns the request.
    #[must_use]
    pub fn request(&self) -> &'r Received {
        self.request
    }

    /// Returns the index in the channel's list of the secret that matched: 0 is the newest. None without a secret.
    #[must_use]
    pub fn key_position(&self) -> Option<usize> {
        self.key_position
    }

    /// Returns the signature over the body, as it was sent; none for schemes that do not sign it.
    #[must_use]
    pub fn signature(&self) -> Option<&'r str> {
        self.signature
    }

    /// Returns the request as proved by an operator who accepts every caller.
    pub(crate) fn by_waiver(request: &'r Received, _waiver: &Waiver) -> Self {
        Self { request, key_position: None, signature: None }
    }

    fn by_key(request: &'r Received, key_position: usize) -> Self {
        Self { request, key_position: Some(key_position), signature: None }
    }
}

/// Returns the HMAC-SHA256 of a message. The key may have any length.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    #[allow(clippy::expect_used)] // Any length is a valid HMAC key (RFC 2104).
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(message);
    mac
}

/// Returns the index of the accepted secret that these bytes are, in time that does not depend on where they differ.
pub(crate) fn position_of(presented: &[u8], accepted: &[Secret]) -> Option<usize> {
    let digest = |bytes: &[u8]| hmac_sha256(b"chathooks", bytes);
    let presented = digest(presented).finalize();
    accepted.iter().position(|secret| digest(secret.expose()).finalize() == presented)
}

/// Strips a scheme's name, in any case, and the spaces after it from a header's value.
fn strip_scheme<'h>(header: &'h str, scheme: &str) -> Option<&'h str> {
    let (name, rest) = header.trim().split_once([' ', '\t'])?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}
