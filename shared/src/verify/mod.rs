//! Verification: turns a request and the accepted secrets into a [`Verified`] or a [`Refusal`].
//!
//! Only the verifiers in this module create a [`Verified`], and each is bound to the verified request. MACs are compared in
//! constant time by the MAC type, tokens by comparing digests of fixed length.
//!
//! No other code can mark a request as verified:
//!
//! ```compile_fail,E0451
//! let request = shared::received::Received::default();
//! let verified = shared::verify::Verified { request: &request, key_position: None, signature: None };
//! ```
//!
//! An operator's waiver comes only from the settings:
//!
//! ```compile_fail,E0423
//! let waiver = shared::settings::Waiver(());
//! ```
//!
//! A [`Verified`] does not outlive its request:
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

/// How a sender authenticates, with the parameters of the scheme.
#[derive(Debug, Clone, Copy)]
pub enum Scheme {
    /// An HMAC-SHA1 signature of the body.
    HmacSha1(HmacSha1),
    /// `Basic` and base64.
    Basic(Basic),
    /// A plain token.
    Token(Token),
    /// A JSON Web Token.
    Jwt(Jwt),
}

impl Scheme {
    /// Returns the challenge for the `WWW-Authenticate` header of a 401. `None` if HTTP has no name for the scheme.
    #[must_use]
    pub fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::HmacSha1(_) => None,
            Self::Basic(_) => Some("Basic"),
            Self::Token(token) => token.scheme,
            Self::Jwt(_) => Some("Bearer"),
        }
    }

    /// Returns the name of the header that carries the proof.
    #[must_use]
    pub fn header(&self) -> &'static str {
        match self {
            Self::HmacSha1(scheme) => scheme.header,
            Self::Basic(scheme) => scheme.headers.first().copied().unwrap_or_default(),
            Self::Token(scheme) => scheme.header,
            Self::Jwt(scheme) => scheme.header,
        }
    }

    /// Returns the setting that replaces the name of the header, if there is one.
    #[must_use]
    pub fn header_setting(&self) -> Option<&'static str> {
        match self {
            Self::Token(token) => token.header_setting,
            Self::HmacSha1(_) | Self::Basic(_) | Self::Jwt(_) => None,
        }
    }

    /// Returns whether the proof is a signature over the body, which can be verified again later.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        matches!(self, Self::HmacSha1(_))
    }

    /// Returns whether the secrets have the form `name:secret`.
    #[must_use]
    pub fn has_logins(&self) -> bool {
        match self {
            Self::Basic(basic) => basic.is_login,
            Self::Jwt(_) => true,
            Self::HmacSha1(_) | Self::Token(_) => false,
        }
    }
}

/// A verified request.
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

    /// Returns the index of the matching secret in the list of the channel. 0 is the newest. `None` if no secret was needed.
    #[must_use]
    pub fn key_position(&self) -> Option<usize> {
        self.key_position
    }

    /// Returns the signature over the body as received. `None` for schemes that do not sign the body.
    #[must_use]
    pub fn signature(&self) -> Option<&'r str> {
        self.signature
    }

    /// Marks the request as verified because the operator accepts every caller.
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

/// Returns the index of the accepted secret that equals these bytes, in time that does not depend on where they differ.
pub(crate) fn position_of(presented: &[u8], accepted: &[Secret]) -> Option<usize> {
    let digest = |bytes: &[u8]| hmac_sha256(b"chathooks", bytes);
    let presented = digest(presented).finalize();
    accepted.iter().position(|secret| digest(secret.expose()).finalize() == presented)
}

/// Strips the name of a scheme, in any case, and the following whitespace from a header value.
fn strip_scheme<'h>(header: &'h str, scheme: &str) -> Option<&'h str> {
    let (name, rest) = header.trim().split_once([' ', '\t'])?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}
