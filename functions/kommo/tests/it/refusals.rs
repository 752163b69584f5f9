//! What Kommo did not sign, and what cannot be queued.

use testkit::suite::refusals;
use testkit::{Journey, Post, proof};

use crate::{KOMMO, message};

const OTHER: &str = "another-secret";

fn good() -> Post {
    KOMMO.post(message("What hurts?"))
}

fn signed(header: &str) -> Post {
    good().with("x-signature", header)
}

#[tokio::test]
async fn what_is_not_signed_is_refused_alike() {
    let signature = good().header("x-signature").unwrap().to_owned();
    let flipped = |place: usize| {
        let mut post = good();
        post.body[place] ^= 1;
        post
    };
    let unsigned = |end: &str| Post { body: [good().body, end.into()].concat(), ..good() };
    let last = good().body.len() - 1;
    let first_digit = if signature.starts_with('0') { "1" } else { "0" };
    let crm = Post::new("/kommo/shop", "leads%5Badd%5D%5B0%5D%5Bid%5D=1").with("content-type", "application/x-www-form-urlencoded");
    refusals::unproven(
        &KOMMO,
        [
            ("missing_header", Post::new("/kommo/shop", message("hi"))),
            ("missing_header", crm),
            ("missing_header", Post::new("/kommo/shop", "").with("authorization", &signature)),
            ("malformed_header", signed("")),
            ("malformed_header", signed(&signature[..39])),
            ("malformed_header", signed(&format!("{signature}0"))),
            ("malformed_header", signed(&format!("sha1={signature}"))),
            ("malformed_header", signed(&format!("{signature},{signature}"))),
            ("malformed_header", signed(&"g".repeat(40))),
            ("malformed_header", signed(&"\u{e9}".repeat(20))),
            ("wrong_signature", signed(&"0".repeat(40))),
            ("wrong_signature", signed(&format!("{first_digit}{}", &signature[1..]))),
            ("wrong_signature", signed(&proof::hmac_sha1(OTHER, &good().body))),
            ("wrong_signature", signed(&proof::hmac_sha1("", &good().body))),
            ("wrong_signature", flipped(0)),
            ("wrong_signature", flipped(last / 2)),
            ("wrong_signature", flipped(last)),
            ("wrong_signature", unsigned(" ")),
            ("wrong_signature", unsigned("\n ")),
            ("wrong_signature", Post { body: Vec::new(), ..good() }),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_differs_in_form_alone_is_accepted() {
    let journey = Journey::start(&KOMMO, &[]).await;
    let signature = good().header("x-signature").unwrap().to_owned();
    for header in [signature.to_uppercase(), format!(" {signature}\t")] {
        let event = journey.accepted(&signed(&header)).await.json();
        assert_eq!(event["data"]["original"]["signature"], header.trim());
    }
    let ids = ["", "\n", "\r\n", "\n\n"].map(|end| {
        let body = message("What hurts?") + end;
        Post { body: body.into(), ..good() }
    });
    for post in ids {
        let event = journey.accepted(&post).await.json();
        assert_eq!(event["data"]["original"]["body"].as_str(), std::str::from_utf8(&post.body).ok());
        assert_eq!(event["data"]["original"]["signature"], *signature);
    }
    // A sender that signs the line end as well.
    journey.accepted(&KOMMO.post(message("hi") + "\n")).await;
}

#[tokio::test]
async fn routes() {
    refusals::routes(&KOMMO, &["/kommo/shop/more", "/kommo//", "/kommo//shop", "/Kommo/shop/", "/kommo/%ff"]).await;
}

#[tokio::test]
async fn malformed_is_quarantined() {
    refusals::malformed(&KOMMO, &[("not_json", b"\n"), ("not_json", b"{}\n{}\n")]).await;
}
