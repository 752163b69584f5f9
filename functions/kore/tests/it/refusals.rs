//! What neither Kore.ai nor its clients sent, and what cannot be queued.

use testkit::suite::refusals;
use testkit::{Journey, Post, proof};

use crate::{CALLBACK, HOOKS};

fn callback(header: &str) -> Post {
    CALLBACK.post((CALLBACK.message)("hi")).with("authorization", header)
}

fn hooks(header: &str) -> Post {
    HOOKS.post((HOOKS.message)("hi")).with("authorization", header)
}

/// A JWT with a valid signature by the demo client's secret.
fn jwt(header: &str, claims: &str) -> Post {
    let client = HOOKS.demo_secret();
    hooks(&format!("bearer {}", proof::jwt_of(client.split_once(':').unwrap().1, header, claims)))
}

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"appId":"cs-demo-client","sub":"1"}"#;

#[tokio::test]
async fn callbacks_with_another_token_are_refused_alike() {
    let token = CALLBACK.demo_secret();
    refusals::unproven(
        &CALLBACK,
        [
            ("missing_header", Post::new("/kore/callback/shop", "{}")),
            ("missing_header", Post::new("/kore/callback/shop", "{}").with("x-token", &token)),
            ("wrong_token", callback("")),
            ("wrong_token", callback("bearer")),
            ("wrong_token", callback("bearer another-token")),
            ("wrong_token", callback(&format!("Basic {token}"))),
            ("wrong_token", callback(&format!("bearer{token}"))),
            ("wrong_token", callback(&format!("bearer bearer {token}"))),
            ("wrong_token", callback(&format!("bearer {}", token.to_uppercase()))),
            ("wrong_token", callback(&format!("bearer {token}x"))),
            ("wrong_token", callback(&format!("bearer {}", &token[..token.len() - 1]))),
            ("wrong_token", callback(&format!("{token}, {token}"))),
            ("wrong_token", callback(&proof::basic(&token))),
            // Each role has its own proof.
            ("wrong_token", callback(&proof::jwt(&HOOKS.demo_secret()))),
        ],
    )
    .await;
}

#[tokio::test]
async fn jwts_that_are_wrong_are_refused_alike() {
    let client = HOOKS.demo_secret();
    let good = proof::jwt(&client);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let none = proof::jwt_of("", r#"{"alg":"none"}"#, CLAIMS);
    let (unsigned, _) = none.rsplit_once('.').unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let timed = |name: &str, value: String| jwt(HS256, &format!(r#"{{"appId":"cs-demo-client","sub":"1","{name}":{value}}}"#));
    let alg = |alg: &str| jwt(&format!(r#"{{"alg":"{alg}"}}"#), CLAIMS);
    refusals::unproven(
        &HOOKS,
        [
            ("missing_header", Post::new("/kore/chatbot/hooks/shop", "{}")),
            ("malformed_header", hooks("")),
            ("malformed_header", hooks("bearer")),
            ("malformed_header", hooks("bearer a.b")),
            ("malformed_header", hooks(&good.replace("bearer ", ""))),
            ("malformed_header", hooks(&good.replace("bearer", "Basic"))),
            ("malformed_header", hooks(&format!("{good}="))),
            ("malformed_header", hooks(&good.replace('_', "/").replace('-', "+")[..good.len() - 1])),
            ("malformed_header", hooks(&format!("bearer {unsigned}"))),
            ("wrong_signature", hooks(&format!("bearer {unsigned}."))),
            ("wrong_signature", hooks(&format!("{signed}."))),
            ("wrong_signature", hooks(&format!("{signed}.{}", &signature[..40]))),
            ("wrong_signature", hooks(&proof::jwt("cs-demo-client:another"))),
            ("wrong_signature", hooks(&format!("bearer {}", proof::jwt_of("another", HS256, CLAIMS)))),
            ("wrong_signature", hooks(&good.replace(".ey", ".ez"))),
            ("wrong_algorithm", alg("none")),
            ("wrong_algorithm", alg("RS256")),
            ("wrong_algorithm", alg("HS512")),
            ("wrong_algorithm", alg("hs256")),
            ("wrong_algorithm", jwt("{}", CLAIMS)),
            ("critical_header", jwt(r#"{"alg":"HS256","crit":["exp"]}"#, CLAIMS)),
            ("wrong_client", jwt(HS256, r#"{"appId":"CS-demo-client","sub":"1"}"#)),
            ("wrong_client", jwt(HS256, r#"{"appId":"another","iss":"cs-demo-client","sub":"1"}"#)),
            ("wrong_client", jwt(HS256, r#"{"sub":"1"}"#)),
            ("missing_subject", jwt(HS256, r#"{"appId":"cs-demo-client"}"#)),
            ("missing_subject", jwt(HS256, r#"{"appId":"cs-demo-client","sub":""}"#)),
            ("expired", timed("exp", (now - 61).to_string())),
            ("expired", timed("exp", "0.5".to_owned())),
            ("not_yet_valid", timed("nbf", (now + 120).to_string())),
            ("malformed_time", timed("exp", format!("\"{}\"", now + 600))),
            ("malformed_time", timed("nbf", "null".to_owned())),
            ("malformed_header", jwt("[]", CLAIMS)),
            ("malformed_header", jwt(HS256, "[]")),
            // Each role has its own proof.
            ("malformed_header", hooks(&CALLBACK.demo_secret())),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_differs_in_form_alone_is_accepted() {
    let journey = Journey::start(&CALLBACK, &[]).await;
    let token = CALLBACK.demo_secret();
    for header in [token.clone(), format!("Bearer {token}"), format!("BEARER   {token} "), format!(" {token}")] {
        journey.accepted(&callback(&header)).await;
    }
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let timed =
        format!(r#"{{"iss":"cs-demo-client","sub":7,"aud":["x"],"iat":{},"exp":{},"nbf":{}}}"#, now + 900.5, now - 30.5, now + 30.5);
    let good = proof::jwt(&HOOKS.demo_secret());
    for post in [jwt(r#"{"alg":"HS256","appId":"x","exp":1}"#, CLAIMS), jwt(HS256, &timed), hooks(&good.replace("bearer ", "Bearer   "))] {
        journey.accepted(&post).await;
    }
}

#[tokio::test]
async fn routes() {
    let unknown = ["/kore", "/kore/", "/kore/shop", "/kore/callback", "/callback", "/shop", "/", "/kore/callback/shop/more"];
    refusals::routes(&CALLBACK, &unknown).await;
    let unknown = [
        "/kore/chatbot",
        "/kore/chatbot/hooks",
        "/kore/chatbot/hooks/shop/hookInstance",
        "/kore/chatbot/hooks/shop/another/h-1",
        "/kore/chatbot/hooks/shop/hookInstance/h-1/more",
        "/kore/chatbot/v2/hooks/shop",
        "/kore/chatbot/webhook/shop",
        "/kore/chatbot/v2/webhook",
    ];
    refusals::routes(&HOOKS, &unknown).await;
}

#[tokio::test]
async fn malformed_is_quarantined() {
    refusals::malformed(&CALLBACK, &[]).await;
    let nobody: [&[u8]; 8] = [
        b"{}",
        b"[]",
        b"[{\"from\":{\"id\":\"lena\"}}]",
        b"{\"message\":{\"text\":\"hi\"}}",
        b"{\"from\":{}}",
        b"{\"from\":{\"id\":\"\"}}",
        b"{\"from\":{\"id\":null}}",
        b"{\"from\":\"lena\"}",
    ];
    refusals::malformed(&HOOKS, &nobody.map(|body| ("missing_field", body))).await;
    let journey = Journey::start(&HOOKS, &[]).await;
    let answer = journey.deliver(&HOOKS.post("{}")).await.answer;
    assert!(answer.json()["detail"].as_str().unwrap().contains("`from.id`"), "{}", answer.text());
}
