//! JSON Web Tokens signed with HS256.

use std::time::SystemTime;

use serde_json::{Map, Value, json};
use shared::verify::Jwt;

use super::Wrong;
use super::sender::{NAME, PASSWORD, SECRET, Sender};
use crate::{Post, proof};

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Issues tokens signed with the sender's secret.
struct Issuer<'s> {
    sender: &'s Sender<'s>,
    scheme: Jwt,
}

impl Issuer<'_> {
    fn token(&self, header: &str, claims: &str) -> Post {
        self.sender.with(&format!("bearer {}", proof::jwt_of(PASSWORD, header, claims)))
    }

    /// Returns the usual claims, with `more` added or replacing them; `null` removes a claim.
    fn claims(&self, more: Value) -> String {
        let mut claims =
            Map::from_iter([(self.scheme.client_claims[0].to_owned(), json!(NAME)), (self.scheme.subject_claim.to_owned(), json!("1"))]);
        claims.extend(more.as_object().cloned().unwrap_or_default());
        Value::Object(claims.into_iter().filter(|(_, value)| !value.is_null()).collect()).to_string()
    }

    fn claiming(&self, more: Value) -> Post {
        self.token(HS256, &self.claims(more))
    }

    /// Returns a token with the usual claims and one whose JSON is given verbatim.
    fn claiming_as_written(&self, name: &str, json: &str) -> Post {
        let claims = self.claims(json!({}));
        self.token(HS256, &format!("{},\"{name}\":{json}}}", &claims[..claims.len() - 1]))
    }

    /// Returns the user claim and the user that the body names.
    fn user(&self) -> Option<(&'static str, String)> {
        let user = self.scheme.user.as_ref()?;
        let body: Value = serde_json::from_slice(&self.sender.good().body).expect("an example in JSON");
        let named = user.member.iter().fold(&body, |value, name| &value[*name]);
        Some((user.claim, named.as_str().expect("a user in the example").to_owned()))
    }
}

pub(super) fn wrong(sender: &Sender<'_>, scheme: Jwt) -> Wrong {
    let issuer = Issuer { sender, scheme };
    let good = sender.proof();
    let (signed, signature) = good.rsplit_once('.').expect("a token");
    let none = proof::jwt_of("", r#"{"alg":"none"}"#, &issuer.claims(json!({})));
    let (unsigned, _) = none.rsplit_once('.').expect("a token");
    let (client, subject) = (scheme.client_claims[0], scheme.subject_claim);
    let now = now() as u64;
    let header = |header: &str| issuer.token(header, &issuer.claims(json!({})));
    let mut cases = vec![
        ("missing_header", sender.without()),
        ("missing_header", Post::new(&sender.good().path, "{}")),
        ("malformed_header", sender.with("")),
        ("malformed_header", sender.with("bearer")),
        ("malformed_header", sender.with("bearer a.b")),
        ("malformed_header", sender.with(&good.replace("bearer ", ""))),
        ("malformed_header", sender.with(&good.replace("bearer", "Basic"))),
        ("malformed_header", sender.with(&format!("{good}="))),
        ("malformed_header", sender.with(&format!("{good}.x"))),
        ("malformed_header", sender.with(&good.replace('_', "/").replace('-', "+")[..good.len() - 1])),
        ("malformed_header", sender.with(&format!("bearer {unsigned}"))),
        ("malformed_header", issuer.token("[]", &issuer.claims(json!({})))),
        ("malformed_header", issuer.token(HS256, "[]")),
        ("malformed_header", issuer.token(HS256, "{")),
        ("wrong_signature", sender.with(&format!("bearer {unsigned}."))),
        ("wrong_signature", sender.with(&format!("{signed}."))),
        ("wrong_signature", sender.with(&format!("{signed}.{}", &signature[..40]))),
        ("wrong_signature", sender.with(&proof::jwt_with(&format!("{NAME}:another"), client, subject))),
        ("wrong_signature", sender.with(&format!("bearer {}", proof::jwt_of("another", HS256, &issuer.claims(json!({})))))),
        ("wrong_signature", sender.with(&format!("bearer {}", proof::jwt_of("", HS256, &issuer.claims(json!({})))))),
        ("wrong_signature", sender.with(&format!("bearer {}", proof::jwt_of(SECRET, HS256, &issuer.claims(json!({})))))),
        ("wrong_signature", sender.with(&good.replace(".ey", ".ez"))),
        ("wrong_algorithm", header("{}")),
        ("critical_header", header(r#"{"alg":"HS256","crit":["exp"]}"#)),
        ("critical_header", header(r#"{"alg":"HS256","crit":[]}"#)),
        ("wrong_client", issuer.claiming(json!({client: NAME.to_uppercase()}))),
        ("wrong_client", issuer.claiming(json!({client: ""}))),
        ("wrong_client", issuer.claiming(json!({client: null}))),
        ("wrong_client", issuer.claiming(json!({client: [NAME]}))),
        ("missing_subject", issuer.claiming(json!({subject: null}))),
        ("missing_subject", issuer.claiming(json!({subject: ""}))),
        ("missing_subject", issuer.claiming(json!({subject: false}))),
        ("missing_subject", issuer.claiming(json!({subject: ["1"]}))),
        ("expired", issuer.claiming(json!({"exp": now - 61}))),
        ("expired", issuer.claiming(json!({"exp": 0.5}))),
        ("not_yet_valid", issuer.claiming(json!({"nbf": now + 120}))),
        ("malformed_time", issuer.claiming(json!({"exp": (now + 600).to_string()}))),
        ("malformed_time", issuer.claiming_as_written("exp", "1e999")),
        ("malformed_time", issuer.claiming_as_written("nbf", "null")),
    ];
    let algorithms = ["none", "RS256", "ES256", "HS512", "HS384", "hs256"].map(|name| format!(r#"{{"alg":"{name}"}}"#));
    cases.extend(algorithms.iter().map(|algorithm| ("wrong_algorithm", header(algorithm))));
    // A later claim counts only if the earlier ones are missing.
    cases.extend(scheme.client_claims[1..].iter().map(|other| ("wrong_client", issuer.claiming(json!({client: "another", *other: NAME})))));
    if let Some((claim, user)) = issuer.user() {
        let users = ["another".to_owned(), user.to_uppercase(), format!("{user} ")];
        cases.extend(users.iter().map(|user| ("wrong_user", issuer.claiming(json!({claim: user})))));
        cases.push(("wrong_user", issuer.claiming(json!({claim: 7}))));
    }
    // Another webhook's proof is not valid here.
    cases.extend(sender.proofs_of_others().iter().map(|header| ("malformed_header", sender.with(header))));
    cases
}

pub(super) fn right(sender: &Sender<'_>, scheme: Jwt) -> Vec<Post> {
    let issuer = Issuer { sender, scheme };
    let now = now();
    let client = scheme.client_claims[0];
    // Every other claim that a client can send.
    let claims = json!({
        "iat": now, "exp": now + 900.5, "nbf": now + 30.5, "aud": ["x"], "jti": "1", scheme.subject_claim: 7,
    });
    let mut posts = vec![
        // Claims repeated in the JOSE header are ignored.
        issuer.token(&json!({"alg": "HS256", client: "x", "exp": 1}).to_string(), &issuer.claims(json!({}))),
        issuer.claiming(claims),
        issuer.claiming(json!({"exp": now - 30.0})),
        sender.with(&sender.proof().replace("bearer ", "Bearer   ")),
        sender.with(&format!(" {} ", sender.proof())),
    ];
    posts.extend(scheme.client_claims[1..].iter().map(|other| issuer.claiming(json!({client: null, *other: NAME}))));
    if let Some((claim, user)) = issuer.user() {
        posts.push(issuer.claiming(json!({claim: user})));
        posts.push(issuer.claiming(json!({claim: ""})));
    }
    posts
}

/// Returns the seconds since 1970.
fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_secs_f64()
}
