//! Two roles in one function: each with its own setting, and what differs between them.

use testkit::suite::refusals::assert_problem;
use testkit::{Journey, Post};

use crate::{CALLBACK, HOOKS};

#[tokio::test]
async fn a_role_without_its_keyring_does_not_exist() {
    for (set, unset) in [(CALLBACK, HOOKS), (HOOKS, CALLBACK)] {
        let journey = Journey::start(&set, &[(unset.keyring, "")]).await;
        assert_problem(&journey.deliver(&unset.post((unset.message)("hi"))).await.answer, 404, None);
        journey.accepted(&set.post((set.message)("hi"))).await;
    }
}

#[tokio::test]
async fn the_access_token_may_stand_in_a_header_of_its_own() {
    let journey = Journey::start(&CALLBACK, &[("KORE_TOKEN_HEADER", "X-Kore-Token")]).await;
    let token = CALLBACK.demo_secret();
    let body = (CALLBACK.message)("hi");
    let post = Post::new("/kore/callback/shop", body.clone());
    journey.accepted(&post.clone().with("x-kore-token", &token)).await;
    journey.accepted(&post.with("x-kore-token", format!("Bearer {token}"))).await;
    // The usual header is none then; and the clients' JWTs stay where they are.
    assert_eq!(journey.deliver(&CALLBACK.post(body)).await.answer.status, 401);
    journey.accepted(&HOOKS.post((HOOKS.message)("hi"))).await;
}

#[tokio::test]
async fn a_reply_is_for_hooks_alone_and_only_once_queued() {
    let reply = "Thanks \"Lena\" \u{1f600}";
    let journey = Journey::start(&HOOKS, &[("KORE_REPLY", reply)]).await;
    let paths = ["hooks/st-1", "hooks/st-1/hookInstance/h-1", "v2/webhook/st-1", "v2/webhook/st-1/hookInstance/h-1"];
    for path in paths {
        let post = HOOKS.post_by(&HOOKS.demo_secret(), &format!("/kore/chatbot/{path}"), (HOOKS.message)("hi"));
        let delivered = journey.deliver(&post).await;
        assert_eq!(delivered.answer.status, 200);
        assert_eq!(delivered.answer.headers["content-type"], "application/json");
        assert_eq!(delivered.answer.json(), serde_json::json!({"text": reply}));
        let event = delivered.messages[0].json();
        assert_eq!((event["source"].as_str(), event["data"]["channel"].as_str()), (Some("/kore/st-1"), Some("st-1")));
    }
    journey.accepted(&CALLBACK.post((CALLBACK.message)("hi"))).await;
    assert_problem(&journey.deliver(&HOOKS.post("{}")).await.answer, 400, None);
}
