//! The settings that one webhook has in addition to its provider's: keyring, header, reply.

use serde_json::Value;
use shared::verify::Scheme;

use super::refusals::assert_problem;
use crate::{Journey, Post, Subject, paths};

/// Without its keyring, a webhook does not exist; the other webhooks still work.
pub async fn without_its_keyring(subject: &Subject) {
    for unset in subject.others() {
        let journey = Journey::start(subject, &[(unset.webhook.keyring, "")]).await;
        assert_problem(&journey.deliver(&unset.post(unset.message("hi"))).await.answer, 404, None);
        journey.accepted(&subject.post(subject.message("hi"))).await;
    }
}

/// Accepts the token in another header, which a setting names.
pub async fn header_of_its_own(subject: &Subject) {
    let Scheme::Token(token) = subject.webhook.scheme else { return };
    let Some(setting) = token.header_setting else { return };
    let journey = Journey::start(subject, &[(setting, "X-Own-Token")]).await;
    let (secret, body) = (subject.demo_secret(), subject.message("hi"));
    let post = Post::new(&subject.path("shop"), body.clone());
    journey.accepted(&post.clone().with("x-own-token", &secret)).await;
    journey.accepted(&post.with("x-own-token", subject.prove(&secret, body.as_bytes()))).await;
    // The usual header then no longer counts, and the other webhooks' headers stay the same.
    assert_eq!(journey.deliver(&subject.post(body)).await.answer.status, 401);
    for other in subject.others() {
        journey.accepted(&other.post(other.message("hi"))).await;
    }
}

/// Replies with the operator's text at every path of the webhook, but not of other webhooks, and only if the event is queued.
pub async fn reply(subject: &Subject) {
    let Some(reply) = subject.webhook.reply else { return };
    let text = "Thanks \"Lena\" \u{1f600}";
    let journey = Journey::start(subject, &[(reply.setting, text)]).await;
    for pattern in subject.webhook.paths {
        let post = subject.post_by(&subject.demo_secret(), &paths::filled(pattern, "shop"), subject.message("hi"));
        let delivered = journey.deliver(&post).await;
        assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1));
        assert_eq!(delivered.answer.headers["content-type"], "application/json");
        let answer = delivered.answer.json();
        assert!(answer.as_object().is_some_and(|members| members.values().any(|value| value == text)), "{answer}");
    }
    for other in subject.others() {
        journey.accepted(&other.post(other.message("hi"))).await;
    }
    let malformed = journey.deliver(&subject.post("{")).await.answer;
    assert_problem(&malformed, 400, None);
    assert_ne!(malformed.json()["detail"], Value::Null);
}
