//! The claims of an unverified JWT, to explain which of them was refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use shared::timestamp::Timestamp;
use shared::verify::{self, Refusal};

use super::header::after_scheme;
use super::shown::digest;

/// The header, claims and signature of a JWT.
pub(super) struct Jwt {
    header: Value,
    claims: Value,
    /// How many bytes of the token are signed.
    pub(super) signed_bytes: usize,
    /// The signature, as received.
    pub(super) signature: String,
}

impl Jwt {
    /// Parses the JWT in a header's value. Returns `None` if the value is not a JWT.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let token = after_scheme(value).unwrap_or(value.trim());
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok().filter(Value::is_object);
        Some(Self { header: part(header)?, claims: part(claims)?, signed_bytes: signed.len(), signature: signature.to_owned() })
    }

    /// Returns a time at which the token's `nbf` and `exp` would be accepted.
    pub(super) fn moment(&self) -> Option<Timestamp> {
        let millis = |claim: &str, seconds: f64| self.claims[claim].as_f64().map(|time| ((time + seconds) * 1000.0) as i64);
        Timestamp::from_millis(millis("nbf", 0.0).or_else(|| millis("exp", -1.0))?)
    }

    /// Returns what is wrong with the claim that caused a refusal. `correct` is a token that would be accepted.
    pub(super) fn problem(&self, scheme: &verify::Jwt, refusal: Refusal, correct: Option<&Self>, now: Timestamp) -> Option<String> {
        let seconds = |claim: &str| Some((self.claims[claim].as_f64()? - now.millis() as f64 / 1000.0).round() as i64);
        Some(match refusal {
            Refusal::Expired => format!("`exp` was {} s ago; clocks can differ by a minute", -seconds("exp")?),
            Refusal::NotYetValid => format!("`nbf` is in {} s; clocks can differ by a minute", seconds("nbf")?),
            Refusal::MalformedTime => {
                let claim = ["exp", "nbf"].into_iter().find(|claim| self.claims.get(claim).is_some_and(|time| !time.is_number()))?;
                format!("`{claim}` is {}; it must be a number of seconds since 1970", form(&self.claims[claim]))
            }
            Refusal::MissingSubject => {
                let claim = scheme.subject_claim;
                format!("`{claim}` is {}; it must be a string or a number", form(&self.claims[claim]))
            }
            Refusal::WrongAlgorithm => format!("`alg` is {}; it must be HS256", algorithm(&self.header["alg"])),
            Refusal::CriticalHeader => "the JOSE header has `crit`; remove it".to_owned(),
            Refusal::WrongClient => self.client_problem(scheme, correct?.client(scheme)?.1),
            _ => return None,
        })
    }

    fn client_problem(&self, scheme: &verify::Jwt, expected: &str) -> String {
        let Some((claim, client)) = self.client(scheme) else {
            let names: Vec<String> = scheme.client_claims.iter().map(|claim| format!("`{claim}`")).collect();
            return format!("neither {} is a string; the first must be the client id", names.join(" nor "));
        };
        if client.eq_ignore_ascii_case(expected) {
            return format!("`{claim}` differs from the client id only in case");
        }
        format!("`{claim}` is {}; the client id of the newest key is {}", digest(client), digest(expected))
    }

    /// Returns the claim that holds the client id, and the id.
    fn client(&self, scheme: &verify::Jwt) -> Option<(&'static str, &str)> {
        scheme.client_claims.iter().find_map(|claim| Some((*claim, self.claims[*claim].as_str()?)))
    }
}

fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "missing or null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "empty",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn algorithm(value: &Value) -> &'static str {
    const KNOWN: [&str; 14] =
        ["none", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "hs256"];
    let name = value.as_str().unwrap_or_default();
    KNOWN.into_iter().find(|known| *known == name).unwrap_or(if value.is_null() { "missing" } else { "unknown" })
}
