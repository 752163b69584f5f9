//! What Kommunicate did not send, and what cannot be queued.

use testkit::suite::refusals;
use testkit::{Journey, Post, proof};

use crate::{KOMMUNICATE, message};

fn with(header: &str) -> Post {
    KOMMUNICATE.post(message("hi")).with("authentication", header)
}

fn without() -> Post {
    Post::new("/kommunicate/shop", message("hi"))
}

#[tokio::test]
async fn what_has_another_token_is_refused_alike() {
    let token = KOMMUNICATE.demo_secret();
    let good = proof::basic(&token);
    refusals::unproven(
        &KOMMUNICATE,
        [
            ("missing_header", without()),
            ("missing_header", without().with("x-authentication", &good)),
            ("malformed_header", with("")),
            ("malformed_header", with("Basic")),
            ("malformed_header", with("Basic ")),
            ("malformed_header", with(&good.replace("Basic", "Bearer"))),
            ("malformed_header", with(&good.replace("Basic ", ""))),
            ("malformed_header", with(&good.replace("Basic ", "Basic"))),
            ("malformed_header", with(&format!("Basic {token}"))),
            ("malformed_header", with(&format!("{good}, {good}"))),
            ("malformed_header", with(&format!("{good}="))),
            ("wrong_token", with(&proof::basic("another-token"))),
            ("wrong_token", with(&proof::basic(&token[1..]))),
            ("wrong_token", with(&proof::basic(&token[..token.len() - 1]))),
            ("wrong_token", with(&proof::basic(&token.to_uppercase()))),
            ("wrong_token", with(&proof::basic(&format!("{token}\n")))),
            ("wrong_token", with(&proof::basic(&format!("{token}:")))),
            ("wrong_token", with(&proof::basic(&format!(":{token}")))),
            // The second header counts only where the first is missing.
            ("wrong_token", with(&proof::basic("another-token")).with("authorization", &good)),
            ("wrong_token", without().with("authorization", proof::basic("another-token"))),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_differs_in_form_alone_is_accepted() {
    let journey = Journey::start(&KOMMUNICATE, &[]).await;
    let good = proof::basic(&KOMMUNICATE.demo_secret());
    assert!(good.ends_with('='), "the demo token is meant to have padding");
    for header in [
        good.trim_end_matches('=').to_owned(),
        good.replace("Basic", "basic"),
        good.replace("Basic ", "BASIC    "),
        good.replace("Basic ", "Basic\t"),
        format!(" {good} "),
    ] {
        let event = journey.accepted(&with(&header)).await.json();
        assert!(event["data"]["original"]["signature"].is_null());
    }
    journey.accepted(&without().with("authorization", &good)).await;
}

#[tokio::test]
async fn routes() {
    refusals::routes(&KOMMUNICATE, &["/kommunicate/shop/more", "/kommunicate//", "/kommunicate//shop"]).await;
}

#[tokio::test]
async fn malformed_is_quarantined() {
    refusals::malformed(&KOMMUNICATE, &[("not_json", b"[{},]")]).await;
}
