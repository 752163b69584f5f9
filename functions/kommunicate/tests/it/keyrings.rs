//! Which secret is accepted for which channel.

use testkit::{Journey, Post};

use crate::{KOMMUNICATE, message};

#[tokio::test]
async fn an_operator_may_do_without_a_token_by_name() {
    let settings = [("KOMMUNICATE_TOKEN", ""), ("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true")];
    let journey = Journey::start(&KOMMUNICATE, &settings).await;
    for post in [Post::new("/kommunicate/shop", message("hi")), KOMMUNICATE.post(message("hi")), Post::new("/", message("hi"))] {
        let delivered = journey.deliver(&post).await;
        assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1));
        assert!(journey.log(&delivered.answer).await["key_position"].is_null());
    }
}
