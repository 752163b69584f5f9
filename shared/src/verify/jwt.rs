//! JSON Web Tokens signed with HS256.
//!
//! The signature over the text of the token is verified first. The header and the claims are parsed afterward.
//!
//! - Refused: any other algorithm, `crit`, padded base64url, a missing subject, a client id other than that of the secret, a
//!   user other than that in the body, and an `exp` or `nbf` that is out of range or not a number.
//! - Ignored: `aud`, `iat`, and claims repeated in the JOSE header.
//!
//! A JWT does not sign the body. Without `exp`, it is valid until its secret changes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;

use super::{Refusal, Verified, hmac_sha256, strip_scheme};
use crate::json::{Document, Value};
use crate::received::Received;
use crate::secret::{Login, Secret};
use crate::timestamp::Timestamp;

/// The tolerated clock skew of the sender, in seconds. A token is accepted for this long after its `exp`, so raising it
/// extends the life of a stolen token.
const LEEWAY_SECONDS: f64 = 60.0;

/// The scheme's parameters: the header, and the claims that its senders use.
#[derive(Debug, Clone, Copy)]
pub struct Jwt {
    /// The header that carries `bearer` and the token.
    pub header: &'static str,
    /// The claims that may contain the client id. The first one that is present and not `null` counts.
    pub client_claims: &'static [&'static str],
    /// The claim that must contain a non-empty string or a number.
    pub subject_claim: &'static str,
    /// The claim that must equal a member of the body, if both are present.
    pub user: Option<UserClaim>,
}

/// A claim that identifies the user in the body.
#[derive(Debug, Clone, Copy)]
pub struct UserClaim {
    /// The name of the claim.
    pub claim: &'static str,
    /// The names of the nested members that lead to the user in the body.
    pub member: &'static [&'static str],
}

impl Jwt {
    /// Verifies a `bearer` JWT against the accepted clients: logins of a client id and a secret.
    ///
    /// # Errors
    /// Returns the [`Refusal`] of the first check that fails.
    pub fn verify<'r>(&self, request: &'r Received, accepted: &[Secret], now: Timestamp) -> Result<Verified<'r>, Refusal> {
        if accepted.is_empty() {
            return Err(Refusal::UnknownChannel);
        }
        let header = request.header(self.header).ok_or(Refusal::MissingHeader)?;
        let token = strip_scheme(header, "bearer").ok_or(Refusal::MalformedHeader)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::MalformedHeader)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::MalformedHeader)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::MalformedHeader)?;
        let is_signer = |login: &Login<'_>| hmac_sha256(login.secret, signed.as_bytes()).verify_slice(&signature).is_ok();
        let logins = accepted.iter().enumerate().filter_map(|(position, secret)| Some((position, secret.login()?)));
        let signers: Vec<(usize, Login<'_>)> = logins.filter(|(_, login)| is_signer(login)).collect();
        if signers.is_empty() {
            return Err(Refusal::WrongSignature);
        }
        let (header, claims) = (decode(header)?, decode(claims)?);
        check_header(object(&parse(&header)?)?)?;
        let claims = parse(&claims)?;
        let claims = object(&claims)?;
        self.check_claims(claims, now)?;
        let client = self.client(claims).ok_or(Refusal::WrongClient)?;
        let (position, _) = signers.iter().find(|(_, login)| client.is(login.name)).ok_or(Refusal::WrongClient)?;
        self.check_user(claims, &request.body)?;
        Ok(Verified::by_key(request, *position))
    }

    fn check_claims(&self, claims: Value<'_>, now: Timestamp) -> Result<(), Refusal> {
        let subject = claims.get(self.subject_claim);
        if !subject.is_number() && subject.string().is_none() {
            return Err(Refusal::MissingSubject);
        }
        let seconds = |name| match claims.get(name) {
            claim if claim.is_number() => claim.number().map(Some).ok_or(Refusal::MalformedTime),
            _ if claims.has(name) => Err(Refusal::MalformedTime),
            _ => Ok(None),
        };
        let now = now.millis() as f64 / 1000.0;
        if seconds("exp")?.is_some_and(|expires| now >= expires + LEEWAY_SECONDS) {
            return Err(Refusal::Expired);
        }
        if seconds("nbf")?.is_some_and(|begins| now < begins - LEEWAY_SECONDS) {
            return Err(Refusal::NotYetValid);
        }
        Ok(())
    }

    fn client<'c>(&self, claims: Value<'c>) -> Option<Value<'c>> {
        self.client_claims.iter().map(|name| claims.get(name)).find(|claim| !matches!(claim.raw(), "" | "null"))
    }

    /// Checks the user in the body, which is the only part of a body that a verifier parses. A body without a user is not
    /// refused here: the parse function reports the missing field.
    fn check_user(&self, claims: Value<'_>, body: &[u8]) -> Result<(), Refusal> {
        let Some(user) = &self.user else { return Ok(()) };
        let Some(claimed) = claims.get(user.claim).text() else { return Ok(()) };
        let Ok(body) = Document::parse(body) else { return Ok(()) };
        let named = user.member.iter().fold(body.root(), |value, name| value.get(name)).text();
        if named.is_none_or(|named| named == claimed) { Ok(()) } else { Err(Refusal::WrongUser) }
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::MalformedHeader)
}

fn parse(part: &[u8]) -> Result<Document<'_>, Refusal> {
    Document::parse(part).map_err(|_| Refusal::MalformedHeader)
}

fn object<'d>(document: &'d Document<'d>) -> Result<Value<'d>, Refusal> {
    Some(document.root()).filter(|root| root.is_object()).ok_or(Refusal::MalformedHeader)
}

fn check_header(header: Value<'_>) -> Result<(), Refusal> {
    if !header.get("alg").is("HS256") {
        return Err(Refusal::WrongAlgorithm);
    }
    if header.has("crit") {
        return Err(Refusal::CriticalHeader);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
