//! JSON Web Tokens signed with HS256.
//!
//! The signature is checked first, over the token's text; header and claims are parsed after it. Refused: every other
//! algorithm, `crit`, padded base64url, a missing subject, another client id, another user than the body's, and `exp` or
//! `nbf` out of range or not a number. Ignored: `aud`, `iat`, claims repeated in the JOSE header. A JWT does not sign the
//! body, and without `exp` it is valid until its secret changes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;

use super::{Refusal, Verified, hmac_sha256, strip_scheme};
use crate::json::{Document, Value};
use crate::received::Received;
use crate::secret::{Login, Secret};
use crate::timestamp::Timestamp;

/// How far the sender's clock may be from ours, in seconds. It bounds for how long a token outlives its
/// `exp`; raising it makes a stolen token live longer by as much.
const LEEWAY_SECONDS: f64 = 60.0;

/// The scheme's parameters: the header, and the claims that its senders use.
#[derive(Debug, Clone, Copy)]
pub struct Jwt {
    /// The header that holds `bearer` and the token.
    pub header: &'static str,
    /// The claims that may hold the client id: the first one that is there and not `null` counts.
    pub client_claims: &'static [&'static str],
    /// The claim that must hold a text or a number.
    pub subject_claim: &'static str,
    /// The claim that must equal a member of the body, where both are there.
    pub user: Option<UserClaim>,
}

/// A claim that names the body's user.
#[derive(Debug, Clone, Copy)]
pub struct UserClaim {
    /// The claim.
    pub claim: &'static str,
    /// The path of names to the member of the body.
    pub member: &'static [&'static str],
}

impl Jwt {
    /// Checks a `bearer` JWT against the accepted clients, which are logins of client id and secret.
    ///
    /// # Errors
    /// The [`Refusal`] of the first check that failed.
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

    /// Checks the user of the body, the one part of a body that a proof looks at. A body without one is not refused
    /// here: its parser reports what is missing.
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
