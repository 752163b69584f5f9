//! What Qikchat did not send, and what cannot be queued.

use testkit::suite::refusals;
use testkit::{Journey, Post, proof};

use crate::{QIKCHAT, message};

fn with(header: &str) -> Post {
    QIKCHAT.post(message("hi")).with("authorization", header)
}

fn without() -> Post {
    Post::new("/qikchat/shop", message("hi"))
}

#[tokio::test]
async fn what_has_another_login_is_refused_alike() {
    let login = QIKCHAT.demo_secret();
    let good = proof::basic(&login);
    let (user, password) = login.split_once(':').unwrap();
    refusals::unproven(
        &QIKCHAT,
        [
            ("missing_header", without()),
            ("missing_header", without().with("authentication", &good)),
            ("malformed_header", with("")),
            ("malformed_header", with("Basic")),
            ("malformed_header", with("Basic ")),
            ("malformed_header", with(&good.replace("Basic", "Bearer"))),
            ("malformed_header", with(&good.replace("Basic", "Digest"))),
            ("malformed_header", with(&good.replace("Basic ", ""))),
            ("malformed_header", with(&good.replace("Basic ", "Basic"))),
            ("malformed_header", with(&format!("Basic {login}"))),
            ("malformed_header", with(&format!("{good}, {good}"))),
            ("malformed_header", with(&format!("{good}=="))),
            ("wrong_token", with(&proof::basic(":"))),
            ("wrong_token", with(&proof::basic(user))),
            ("wrong_token", with(&proof::basic(password))),
            ("wrong_token", with(&proof::basic(&format!("{user}:")))),
            ("wrong_token", with(&proof::basic(&format!(":{password}")))),
            ("wrong_token", with(&proof::basic(&format!("{user}:another")))),
            ("wrong_token", with(&proof::basic(&format!("another:{password}")))),
            ("wrong_token", with(&proof::basic(&format!("{password}:{user}")))),
            ("wrong_token", with(&proof::basic(&format!("{login}:")))),
            ("wrong_token", with(&proof::basic(&format!("{login}\n")))),
            ("wrong_token", with(&proof::basic(&login[..login.len() - 1]))),
            ("wrong_token", with(&proof::basic(&login.to_uppercase()))),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_differs_in_form_alone_is_accepted() {
    let journey = Journey::start(&QIKCHAT, &[]).await;
    let good = proof::basic(&QIKCHAT.demo_secret());
    assert!(good.ends_with('='), "the demo login is meant to have padding");
    for header in
        [good.trim_end_matches('=').to_owned(), good.replace("Basic", "basic"), good.replace("Basic ", "BASIC    "), format!(" {good} ")]
    {
        let event = journey.accepted(&with(&header)).await.json();
        assert!(event["data"]["original"]["signature"].is_null());
    }
}

#[tokio::test]
async fn a_password_may_hold_colons_and_umlauts() {
    let login = "us\u{e9}r:pa:ss:w\u{f6}rd";
    let journey = Journey::start(&QIKCHAT, &[("QIKCHAT_LOGIN", login)]).await;
    journey.accepted(&QIKCHAT.post_by(login, "/qikchat", message("hi"))).await;
    let posts = ["us\u{e9}r:pa", "us\u{e9}r:pa:ss:word"].map(|wrong| ("wrong_token", QIKCHAT.post_by(wrong, "/qikchat", message("hi"))));
    refusals::unproven_at(&QIKCHAT, &journey, posts).await;
}

#[tokio::test]
async fn routes() {
    refusals::routes(&QIKCHAT, &["/qikchat/shop/more", "/qikchat//", "/qikchat//shop"]).await;
}

#[tokio::test]
async fn malformed_is_quarantined() {
    refusals::malformed(&QIKCHAT, &[("not_json", b"{\"event\":\"whatsapp:message:in\"")]).await;
}
