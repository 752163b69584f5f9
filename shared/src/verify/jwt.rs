//! JSON Web Tokens signed with HS256 (Kore.ai's webhook clients).
//!
//! The signature is checked first, over the token's text; header and claims are read after it. Refused:
//! every other algorithm, `crit`, padded base64url, a missing subject, another client id, and `exp` or
//! `nbf` out of range or no number. Ignored: `aud`, `iat`, claims repeated in the JOSE header. A JWT
//! does not sign the body, and without `exp` it is valid for ever: Kore documents no `exp`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;

use super::{Proof, Refusal, hmac_sha256, strip_scheme};
use crate::json::{self, Value};
use crate::secret::Login;
use crate::timestamp::Timestamp;

/// How far the sender's clock may be from ours, in seconds. It bounds for how long a token outlives its
/// `exp`; raising it makes a stolen token live longer by as much.
const LEEWAY_SECONDS: f64 = 60.0;

/// Checks a `bearer` JWT against the accepted clients (id and secret).
///
/// # Errors
/// The [`Refusal`] of the first check that failed.
pub fn verify(accepted: &[Login], header: Option<&str>, now: Timestamp) -> Result<Proof, Refusal> {
    if accepted.is_empty() {
        return Err(Refusal::UnknownChannel);
    }
    let token = strip_scheme(header.ok_or(Refusal::MissingHeader)?, "bearer").ok_or(Refusal::MalformedHeader)?;
    let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::MalformedHeader)?;
    let (header, claims) = signed.split_once('.').ok_or(Refusal::MalformedHeader)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::MalformedHeader)?;
    let signers: Vec<(usize, &Login)> = accepted
        .iter()
        .enumerate()
        .filter(|(_, client)| hmac_sha256(client.secret.expose(), signed.as_bytes()).verify_slice(&signature).is_ok())
        .collect();
    if signers.is_empty() {
        return Err(Refusal::WrongSignature);
    }
    check_header(&read_part(header)?.value()?)?;
    let claims = read_part(claims)?;
    let claims = claims.value()?;
    check_claims(&claims, now)?;
    let client = client_id(&claims).ok_or(Refusal::WrongClient)?;
    let signer = signers.iter().find(|(_, login)| login.name == client).ok_or(Refusal::WrongClient)?;
    Ok(Proof::by_key(signer.0))
}

/// A `bearer` JWT with Kore.ai's minimal claims: what a client sends.
#[must_use]
pub fn sign(client: &Login, subject: &str) -> String {
    sign_claims(client, &serde_json::json!({"appId": client.name, "sub": subject}))
}

/// A `bearer` JWT with any claims.
#[must_use]
pub fn sign_claims(client: &Login, claims: &serde_json::Value) -> String {
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(br#"{"alg":"HS256","typ":"JWT"}"#), encode(claims.to_string().as_bytes()));
    let signature = hmac_sha256(client.secret.expose(), signed.as_bytes()).finalize().into_bytes();
    format!("bearer {signed}.{}", encode(&signature))
}

/// A part of the token, decoded and not read yet.
struct Part(String);

fn read_part(part: &str) -> Result<Part, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::MalformedHeader)?;
    json::decode(&bytes).map(|text| Part(text.into_owned())).map_err(|_| Refusal::MalformedHeader)
}

impl Part {
    fn value(&self) -> Result<Value<'_>, Refusal> {
        json::parse(&self.0).ok().filter(Value::is_object).ok_or(Refusal::MalformedHeader)
    }
}

fn check_header(header: &Value<'_>) -> Result<(), Refusal> {
    if header["alg"].as_str() != Some("HS256") {
        return Err(Refusal::WrongAlgorithm);
    }
    if header.has("crit") {
        return Err(Refusal::CriticalHeader);
    }
    Ok(())
}

fn check_claims(claims: &Value<'_>, now: Timestamp) -> Result<(), Refusal> {
    if !matches!(&claims["sub"], Value::Number(_)) && claims["sub"].as_str().is_none() {
        return Err(Refusal::MissingSubject);
    }
    let seconds = |name| match &claims[name] {
        Value::Number(seconds) => Ok(seconds.as_f64()),
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

/// `appId`, or `iss` where there is no `appId`.
fn client_id<'c>(claims: &'c Value<'_>) -> Option<&'c str> {
    let name = if claims["appId"] == Value::Null { "iss" } else { "appId" };
    claims[name].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Credential;

    const NOW: i64 = 1_700_000_000;

    fn clients(logins: &[&str]) -> Vec<Login> {
        logins.iter().map(|text| Login::read(text).expect("a login")).collect()
    }

    fn token(secret: &[u8], header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = hmac_sha256(secret, signed.as_bytes()).finalize().into_bytes();
        format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn check(header: &str) -> Result<Option<usize>, Refusal> {
        let now = Timestamp::from_millis(NOW * 1000).expect("in range");
        verify(&clients(&["cs-1:s3cret", "cs-0:older"]), Some(header), now).map(|proof| proof.key_position())
    }

    fn with_claims(claims: &str) -> Result<Option<usize>, Refusal> {
        check(&token(b"s3cret", r#"{"alg":"HS256","typ":"JWT"}"#, claims))
    }

    #[test]
    fn the_documented_minimum_is_enough() {
        assert_eq!(with_claims(r#"{"appId":"cs-1","sub":"123"}"#), Ok(Some(0)));
        assert_eq!(with_claims(r#"{"appId":"cs-1","sub":8412}"#), Ok(Some(0)));
        assert_eq!(with_claims(r#"{"iss":"cs-1","sub":"a","aud":["x"],"iat":1.5}"#), Ok(Some(0)));
        assert_eq!(check(&token(b"older", r#"{"alg":"HS256"}"#, r#"{"appId":"cs-0","sub":"1"}"#)), Ok(Some(1)));
        assert_eq!(check(&token(b"s3cret", r#"{"alg":"HS256","appId":"x","exp":1}"#, r#"{"appId":"cs-1","sub":"1"}"#)), Ok(Some(0)));
        assert_eq!(check(&sign(&clients(&["cs-1:s3cret"])[0], "7")), Ok(Some(0)));
    }

    #[test]
    fn rfc_7515_example_has_a_valid_signature() {
        // RFC 7515, appendix A.1. Its key is binary, so the MAC is checked without a keyring; its
        // header and claims are read by the same code.
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .expect("base64url");
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").expect("base64url");
        assert!(hmac_sha256(&key, signed.as_bytes()).verify_slice(&signature).is_ok());
        assert!(hmac_sha256(&key, &signed.as_bytes()[1..]).verify_slice(&signature).is_err());
        let (header, claims) = signed.split_once('.').expect("two parts");
        assert_eq!(check_header(&read_part(header).expect("a part").value().expect("an object")), Ok(()));
        let claims = read_part(claims).expect("a part");
        assert_eq!(client_id(&claims.value().expect("an object")), Some("joe"));
    }

    #[test]
    fn other_algorithms_are_refused_even_with_a_valid_mac() {
        let claims = r#"{"appId":"cs-1","sub":"1"}"#;
        for alg in [r#""none""#, r#""None""#, r#""hs256""#, r#""HS384""#, r#""RS256""#, r#""""#, "null", "1", r#"["HS256"]"#] {
            let header = format!(r#"{{"alg":{alg}}}"#);
            assert_eq!(check(&token(b"s3cret", &header, claims)), Err(Refusal::WrongAlgorithm), "{alg}");
        }
        assert_eq!(check(&token(b"s3cret", "{}", claims)), Err(Refusal::WrongAlgorithm));
        for crit in [r#"["exp"]"#, "[]", "null", r#""b64""#] {
            let header = format!(r#"{{"alg":"HS256","crit":{crit}}}"#);
            assert_eq!(check(&token(b"s3cret", &header, claims)), Err(Refusal::CriticalHeader), "{crit}");
        }
    }

    #[test]
    fn a_token_without_its_signature_is_refused() {
        let good = token(b"s3cret", r#"{"alg":"HS256"}"#, r#"{"appId":"cs-1","sub":"1"}"#);
        let (signed, signature) = good.rsplit_once('.').expect("three parts");
        let none = token(b"", r#"{"alg":"none"}"#, r#"{"appId":"cs-1","sub":"1"}"#);
        let (unsigned, _) = none.rsplit_once('.').expect("three parts");
        for bad in [
            format!("{signed}."),
            format!("{unsigned}."),
            format!("{signed}.{}", &signature[..40]),
            token(b"other", r#"{"alg":"HS256"}"#, "{}"),
        ] {
            assert_eq!(check(&bad), Err(Refusal::WrongSignature), "{bad}");
        }
        for bad in [
            unsigned.to_owned(),
            format!("{good}="),
            format!("{good}.x"),
            format!("{good} "),
            good.replace("Bearer ", ""),
            good.replace("Bearer", "Basic"),
            "Bearer".to_owned(),
            "Bearer ..".to_owned(),
            "Bearer a.b.c".to_owned(),
            format!("{}!", good),
        ] {
            assert!(check(&bad).is_err() || bad.ends_with(' '), "{bad}");
        }
    }

    #[test]
    fn every_changed_character_is_refused() {
        let good = token(b"s3cret", r#"{"alg":"HS256"}"#, r#"{"appId":"cs-1","sub":"1"}"#);
        for place in "Bearer ".len()..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[place] = if bad[place] == b'A' { b'B' } else { b'A' };
            assert!(check(&String::from_utf8(bad).expect("ASCII")).is_err(), "character {place}");
        }
    }

    #[test]
    fn header_and_claims_must_be_objects() {
        for (header, claims) in
            [("[]", "{}"), ("", "{}"), ("{\"alg\":\"HS256\"}", "[]"), ("{\"alg\":\"HS256\"}", "1"), ("{\"alg\":\"HS256\"}", "")]
        {
            assert_eq!(check(&token(b"s3cret", header, claims)), Err(Refusal::MalformedHeader), "{header} {claims}");
        }
    }

    #[test]
    fn the_client_must_be_the_one_whose_secret_signed() {
        for claims in [
            r#"{"sub":"1"}"#,
            r#"{"appId":"CS-1","sub":"1"}"#,
            r#"{"appId":"cs-0","sub":"1"}"#,
            r#"{"appId":"","iss":"cs-1","sub":"1"}"#,
            r#"{"appId":["cs-1"],"sub":"1"}"#,
            r#"{"appId":"other","iss":"cs-1","sub":"1"}"#,
        ] {
            assert_eq!(with_claims(claims), Err(Refusal::WrongClient), "{claims}");
        }
    }

    #[test]
    fn the_subject_must_be_text_or_a_number() {
        for sub in [r#""""#, "null", "true", "[]", "{}"] {
            assert_eq!(with_claims(&format!(r#"{{"appId":"cs-1","sub":{sub}}}"#)), Err(Refusal::MissingSubject), "{sub}");
        }
        assert_eq!(with_claims(r#"{"appId":"cs-1"}"#), Err(Refusal::MissingSubject));
    }

    #[test]
    fn times_have_a_minute_of_leeway() {
        let with = |name: &str, value: &str| with_claims(&format!(r#"{{"appId":"cs-1","sub":"1","{name}":{value}}}"#));
        assert_eq!(with("exp", "1699999940.5"), Ok(Some(0)));
        assert_eq!(with("exp", "1699999940"), Err(Refusal::Expired));
        assert_eq!(with("nbf", "1700000060"), Ok(Some(0)));
        assert_eq!(with("nbf", "1700000060.5"), Err(Refusal::NotYetValid));
        for value in [r#""1800000000""#, "null", "true", "{}", "[]"] {
            assert_eq!(with("exp", value), Err(Refusal::MalformedTime), "{value}");
            assert_eq!(with("nbf", value), Err(Refusal::MalformedTime), "{value}");
        }
    }
}
