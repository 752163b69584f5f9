use super::*;

const NOW: i64 = 1_700_000_000;
const SCHEME: Jwt = Jwt {
    header: "authorization",
    client_claims: &["appId", "iss"],
    subject_claim: "sub",
    user: Some(UserClaim { claim: "userIdentity", member: &["from", "id"] }),
};

fn clients(logins: &[&str]) -> Vec<Secret> {
    logins.iter().map(|text| Secret::parse_login(text).expect("a login")).collect()
}

fn token(secret: &[u8], header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = hmac_sha256(secret, signed.as_bytes()).finalize().into_bytes();
    format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn check(header: &str) -> Result<Option<usize>, Refusal> {
    check_with_body(header, "")
}

fn check_with_body(header: &str, body: &str) -> Result<Option<usize>, Refusal> {
    let now = Timestamp::from_millis(NOW * 1000).expect("in range");
    let headers = vec![("Authorization".to_owned(), header.to_owned())];
    let request = Received { headers, body: body.into(), ..Received::default() };
    SCHEME.verify(&request, &clients(&["cs-1:s3cret", "cs-0:older"]), now).map(|verified| verified.key_position())
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
}

#[test]
fn rfc_7515_example_has_a_valid_signature() {
    // RFC 7515, appendix A.1. Its key is binary, so the MAC is verified without a keyring. Its header and claims are parsed by
    // the code under test.
    let key = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .expect("base64url");
    let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = URL_SAFE_NO_PAD.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").expect("base64url");
    assert!(hmac_sha256(&key, signed.as_bytes()).verify_slice(&signature).is_ok());
    assert!(hmac_sha256(&key, &signed.as_bytes()[1..]).verify_slice(&signature).is_err());
    let (header, claims) = signed.split_once('.').expect("two parts");
    let (header, claims) = (decode(header).expect("base64url"), decode(claims).expect("base64url"));
    assert_eq!(check_header(parse(&header).expect("JSON").root()), Ok(()));
    assert!(SCHEME.client(parse(&claims).expect("JSON").root()).is_some_and(|client| client.is("joe")));
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
    for index in "Bearer ".len()..good.len() {
        let mut bad = good.clone().into_bytes();
        bad[index] = if bad[index] == b'A' { b'B' } else { b'A' };
        assert!(check(&String::from_utf8(bad).expect("ASCII")).is_err(), "character {index}");
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
fn the_client_id_must_belong_to_the_signing_secret() {
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
fn the_subject_must_be_a_string_or_a_number() {
    for sub in [r#""""#, "null", "true", "[]", "{}"] {
        assert_eq!(with_claims(&format!(r#"{{"appId":"cs-1","sub":{sub}}}"#)), Err(Refusal::MissingSubject), "{sub}");
    }
    assert_eq!(with_claims(r#"{"appId":"cs-1"}"#), Err(Refusal::MissingSubject));
}

#[test]
fn the_user_must_match_the_body() {
    let with = |claim: &str, body: &str| {
        let claims = format!(r#"{{"appId":"cs-1","sub":"1","userIdentity":{claim}}}"#);
        check_with_body(&token(b"s3cret", r#"{"alg":"HS256"}"#, &claims), body)
    };
    let body = r#"{"from":{"id":"ada"}}"#;
    assert_eq!(with(r#""ada""#, body), Ok(Some(0)));
    assert_eq!(with("7", r#"{"from":{"id":"7"}}"#), Ok(Some(0)));
    for claim in [r#""bo""#, r#""Ada""#, r#""ada ""#, "7"] {
        assert_eq!(with(claim, body), Err(Refusal::WrongUser), "{claim}");
    }
    for claim in ["null", r#""""#, "0"] {
        assert_eq!(with(claim, body), Ok(Some(0)), "{claim}");
    }
    for body in ["", "no json", "{}", r#"{"from":{"id":""}}"#] {
        assert_eq!(with(r#""ada""#, body), Ok(Some(0)), "{body}");
    }
}

#[test]
fn times_have_a_minute_of_leeway() {
    let with = |name: &str, value: &str| with_claims(&format!(r#"{{"appId":"cs-1","sub":"1","{name}":{value}}}"#));
    assert_eq!(with("exp", "1699999940.5"), Ok(Some(0)));
    assert_eq!(with("exp", "1699999940"), Err(Refusal::Expired));
    assert_eq!(with("nbf", "1700000060"), Ok(Some(0)));
    assert_eq!(with("nbf", "1700000060.5"), Err(Refusal::NotYetValid));
    for value in [r#""1800000000""#, "1e999", "null", "true", "{}", "[]"] {
        assert_eq!(with("exp", value), Err(Refusal::MalformedTime), "{value}");
        assert_eq!(with("nbf", value), Err(Refusal::MalformedTime), "{value}");
    }
}
