use super::*;

#[test]
fn kore_callback() {
    let token = "demo-kore-access-token";
    for (settings, name, value, words) in [
        ("", "x-kore-token", token.to_owned(), "the header x-kore-token were named authorization"),
        ("KORE_TOKEN_HEADER=x-kore", "authorization", format!("bearer {token}"), "the header authorization were named x-kore"),
        ("", "authorization", proof::basic(token), "the header authorization contained the plain token, not in base64"),
        ("", "authorization", format!("Token {token}"), "the header authorization had no scheme name before its value"),
        ("", "authorization", format!("'{token}'"), "the header authorization had no quotes"),
    ] {
        remedies(&verdict(settings, "/kore/callback/bot", (name, &value), b"{}"), &[words]);
    }
    let saved_with_scheme = verdict("KORE_ACCESS_TOKEN=Bearer mine-mine", "/kore/callback/bot", ("authorization", "mine-mine"), b"{}");
    let either = ["the header authorization began with `Bearer `", "the secret in KORE_ACCESS_TOKEN had no scheme name"];
    remedies(&saved_with_scheme, &either);
    let jwt = proof::jwt("cs-demo-client:demo-kore-client-secret");
    let words = "its path were /kore/chatbot/hooks/{bot}, because the proof fits kore hooks";
    remedies(&verdict("", "/kore/callback/bot", ("authorization", &jwt), b"{}"), &[words]);
}

#[test]
fn kore_hooks() {
    const CLIENT: &str = "cs-demo-client";
    let token = |header: &str, claims: String| format!("Bearer {}", proof::jwt_of("demo-kore-client-secret", header, &claims));
    let claims = |more: &str| token(r#"{"alg":"HS256"}"#, format!(r#"{{"appId":"{CLIENT}","sub":"1"{more}}}"#));
    let of = |value: &str| verdict("", "/kore/chatbot/hooks/bot", ("authorization", value), b"{}");
    for (value, reason, detail, words) in [
        (claims(&format!(r#","exp":{}"#, NOW - 61)), "expired", "`exp` was 61 s ago; clocks", &["it arrived 62 s earlier"][..]),
        (claims(&format!(r#","nbf":{}"#, NOW + 500)), "not_yet_valid", "`nbf` is in 500 s; clocks", &["it arrived 500 s later"]),
        (claims(r#","exp":"soon""#), "malformed_time", "`exp` is a string; it must be a number", &[]),
        (claims(r#","exp":1900000000,"nbf":null"#), "malformed_time", "`nbf` is missing or null", &[]),
        (token(r#"{"alg":"HS256"}"#, format!(r#"{{"appId":"{CLIENT}"}}"#)), "missing_subject", "`sub` is missing", &[]),
        (
            token(r#"{"alg":"HS256"}"#, r#"{"appId":"CS-demo-client","sub":1}"#.into()),
            "wrong_client",
            "`appId` differs from the client id only in case",
            &[],
        ),
        (
            token(r#"{"alg":"HS256"}"#, r#"{"iss":"somebody-else","sub":1}"#.into()),
            "wrong_client",
            "`iss` is 13 characters; the client id of the newest key is 14 characters",
            &[],
        ),
        (token(r#"{"alg":"HS256"}"#, r#"{"sub":1}"#.into()), "wrong_client", "neither `appId` nor `iss`", &[]),
        (token(r#"{"alg":"HS512"}"#, "{}".into()), "wrong_algorithm", "`alg` is HS512; it must be HS256", &[]),
        (token(r#"{"alg":"x-mine"}"#, "{}".into()), "wrong_algorithm", "`alg` is unknown", &[]),
        (token(r#"{"alg":"HS256","crit":["b64"]}"#, "{}".into()), "critical_header", "the JOSE header has `crit`", &[]),
        (format!("{}==", claims("")), "malformed_header", "", &["the header authorization had no `=` at its end"]),
        (claims("").replace("Bearer ", ""), "malformed_header", "", &["the header authorization began with `Bearer `"]),
        (claims("").replace("Bearer ", "Basic "), "malformed_header", "", &["the header authorization began with `Bearer ` instead"]),
        (
            claims("").replace("Bearer ", "Bearer Bearer "),
            "wrong_signature",
            "",
            &["the header authorization had its scheme name only once"],
        ),
    ] {
        let verdict = of(&value);
        assert_eq!(verdict.reason, Some(reason), "{}", verdict.text());
        assert!(verdict.detail.contains(detail), "{}", verdict.detail);
        remedies(&verdict, words);
        assert!(!verdict.text().contains(&value["Bearer ".len()..]));
    }
    let verdict = verdict(
        "KORE_CLIENT=s3cret-s3cret:the-client",
        "/kore/chatbot/v2/webhook/bot",
        ("authorization", &proof::jwt("the-client:s3cret-s3cret")),
        b"{}",
    );
    remedies(&verdict, &["the secret in KORE_CLIENT had the parts around its `:` in the other order"]);
    assert_eq!(verdict.expected, None);
}
