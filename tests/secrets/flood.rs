//! Forged requests cause almost no calls to Secrets Manager.

use std::time::{Duration, Instant};

use testkit::Post;

use crate::kommo::{Kommo, in_time, keyring, signed};

#[tokio::test]
async fn a_flood_of_wrong_signatures_is_one_read_in_ten_seconds() {
    let kommo = Kommo::start(&["a-secret"], &[]).await;
    let start = Instant::now();
    let flood = async {
        let mut count = 0;
        while kommo.reads() < 3 {
            assert_eq!(kommo.send("forged").await.status, 401);
            count += 1;
            let allowed = 2 + start.elapsed().as_secs() / 10;
            assert!(kommo.reads() as u64 <= allowed, "{} reads after {:?}", kommo.reads(), start.elapsed());
        }
        count
    };
    let count = in_time(flood).await;
    assert!(count > 10, "only {count} requests, not a flood");
    assert_eq!(kommo.send("a-secret").await.status, 200);
}

#[tokio::test]
async fn a_hard_rotation_in_a_flood_costs_ten_seconds_at_most() {
    let kommo = Kommo::start(&["the-old-secret"], &[]).await;
    // The forgery uses up the refresh that failed proofs are allowed.
    assert_eq!(kommo.send("forged").await.status, 401);
    let read_at = Instant::now();
    kommo.secret.put(&keyring(&["the-new-secret"])).await;
    let refusals = in_time(async {
        let mut refusals = 0;
        loop {
            let sent_at = Instant::now();
            if kommo.send("the-new-secret").await.status == 200 {
                break;
            }
            assert!(sent_at - read_at < Duration::from_secs(10), "still refused after {:?}", sent_at - read_at);
            assert_eq!(kommo.send("forged").await.status, 401);
            refusals += 1;
        }
        refusals
    });
    assert!(refusals.await > 0, "nothing was refused before the new secret was accepted");
}

#[tokio::test]
async fn a_request_that_no_secret_could_prove_causes_no_read() {
    let kommo = Kommo::start(&["a-secret"], &[]).await;
    let post = signed("a-secret");
    let unsigned = Post { headers: Vec::new(), ..post.clone() };
    let elsewhere = Post { path: "/kore/callback/shop".to_owned(), ..post.clone() };
    for (post, status) in [
        (unsigned, 401),
        (post.clone().with("x-signature", "no signature"), 401),
        (elsewhere, 404),
        (post.clone().by("GET"), 405),
        (Post { body: vec![b'1'; 1_100_000], ..post.clone() }, 413),
        (post, 200),
    ] {
        assert_eq!(kommo.post(post).await.status, status);
    }
    assert_eq!(kommo.reads(), 1);
}
