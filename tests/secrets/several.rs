//! A keyring in multiple secrets: merged, and kept as a whole if one of them cannot be used.

use serde_json::{Value, json};
use testkit::{Answer, StoredSecret};

use crate::kommo::{Kommo, Place, in_time, keyring, signed};
use crate::starts::check;

/// Kommo's function with a keyring in two secrets.
struct Two {
    kommo: Kommo,
    secrets: [StoredSecret; 2],
}

async fn stored(texts: [&str; 2]) -> [StoredSecret; 2] {
    [StoredSecret::create(texts[0]).await, StoredSecret::create(texts[1]).await]
}

fn arns(secrets: &[StoredSecret; 2]) -> String {
    secrets.each_ref().map(StoredSecret::arn).join(",")
}

impl Two {
    async fn start(texts: [&str; 2], settings: &[(&str, &str)]) -> Self {
        let secrets = stored(texts).await;
        let place = Place::of(&arns(&secrets)).await;
        let function = place.start(settings).await;
        Self { kommo: Kommo { function, secret: secrets[0].clone(), manager: place.manager }, secrets }
    }

    /// Sends a message to a channel, and returns the status and the key position.
    async fn send(&self, channel: &str, secret: &str) -> (u16, Value) {
        let mut post = signed(secret);
        post.path = format!("/kommo/{channel}");
        let answer: Answer = self.kommo.post(post).await;
        (answer.status, self.kommo.log(&answer).await["key_position"].clone())
    }
}

#[tokio::test]
async fn each_channel_is_looked_up_in_all_secrets() {
    let texts =
        [json!({"shop": "of-shop", "both": ["first", "second"]}), json!({"desk": "of-desk", "both": ["third", "first"], "*": "any"})];
    let texts = texts.map(|text| text.to_string());
    let two = Two::start([&texts[0], &texts[1]], &[]).await;
    for (channel, secret, expected) in [
        ("shop", "of-shop", (200, json!(0))),
        ("shop", "any", (401, Value::Null)),
        ("desk", "of-desk", (200, json!(0))),
        ("desk", "of-shop", (401, Value::Null)),
        ("other", "any", (200, json!(0))),
        // The first keyring's secrets come first, and a secret in both counts once.
        ("both", "first", (200, json!(0))),
        ("both", "second", (200, json!(1))),
        ("both", "third", (200, json!(2))),
    ] {
        assert_eq!(two.send(channel, secret).await, expected, "{channel} by {secret}");
    }
}

#[tokio::test]
async fn a_secret_added_to_either_keyring_is_known_at_its_first_request() {
    for changed in [0, 1] {
        let two = Two::start([r#"{"shop":"one"}"#, r#"{"desk":"two"}"#], &[]).await;
        two.secrets[changed].put(r#"{"new":"three"}"#).await;
        assert_eq!(two.send("new", "three").await, (200, json!(0)));
        // The other keyring's secrets still apply; this keyring's previous ones do not.
        let [kept, gone] = if changed == 0 { [("desk", "two"), ("shop", "one")] } else { [("shop", "one"), ("desk", "two")] };
        assert_eq!(two.send(kept.0, kept.1).await.0, 200);
        assert_eq!(two.send(gone.0, gone.1).await.0, 401);
    }
}

#[tokio::test]
async fn startup_fails_with_more_than_eight_secrets_of_a_channel() {
    let many = |from: usize, to: usize| {
        let secrets: Vec<String> = (from..to).map(|number| format!("a-secret-that-nobody-sees-{number}")).collect();
        keyring(&secrets.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let secrets = stored([&many(0, 5), &many(5, 9)]).await;
    let place = Place::of(&arns(&secrets)).await;
    check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "a channel has 9 secrets; the maximum is 8");
    // Eight are allowed, including when some are in both keyrings.
    secrets[1].put(&many(3, 8)).await;
    let function = place.start(&[]).await;
    assert_eq!(function.invoke_http(&signed("a-secret-that-nobody-sees-7").event()).await.status, 200);
}

#[tokio::test]
async fn if_one_secret_cannot_be_used_the_last_keyring_stays_in_use() {
    let nine: Vec<String> = (0..9).map(|number| format!("s-{number}")).collect();
    let nine = json!({"desk": nine}).to_string();
    for (text, reason) in [(Some("{}"), "invalid_keyring"), (Some(nine.as_str()), "invalid_keyring"), (None, "no_secret_string")] {
        let two = Two::start([r#"{"shop":"one"}"#, r#"{"desk":"two"}"#], &[("SECRETS_MANAGER_TTL", "1")]).await;
        two.secrets[0].put(r#"{"shop":"newer"}"#).await;
        match text {
            Some(text) => two.secrets[1].put(text).await,
            None => two.secrets[1].put_binary().await,
        }
        assert_eq!(two.kommo.send_until_read("one", 4).await.status, 200);
        let line = two.kommo.refresh_failure().await;
        assert_eq!((&line["setting"], &line["reason"]), (&json!("KOMMO_SECRET_ARN"), &json!(reason)), "{line}");
        for (channel, secret, status) in [("shop", "one", 200), ("desk", "two", 200), ("shop", "newer", 401)] {
            assert_eq!(two.send(channel, secret).await.0, status, "{channel} by {secret}, {reason}");
        }
        // Once it can be used, both keyrings are refreshed.
        two.secrets[1].put(r#"{"desk":"newest"}"#).await;
        in_time(async { while two.send("desk", "newest").await.0 != 200 {} }).await;
        assert_eq!(two.send("shop", "newer").await.0, 200);
    }
}

#[tokio::test]
async fn startup_fails_if_one_secret_cannot_be_read() {
    let secrets = stored([r#"{"shop":"a-secret-that-nobody-sees"}"#, r#"{"desk":"a-secret-that-nobody-sees"}"#]).await;
    let missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:missing-AbCdEf";
    let place = Place::of(&format!("{}, {missing}", secrets[0].arn())).await;
    check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "(ResourceNotFoundException)");
    secrets[1].put("{}").await;
    let place = Place::of(&arns(&secrets)).await;
    check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "the secret's text is not a keyring");
    for wrong in [format!("{},", secrets[0].arn()), format!(",{}", secrets[0].arn()), format!("{} {}", secrets[0].arn(), secrets[1].arn())]
    {
        check(&Place::of(&wrong).await.fail(&[]).await, "KOMMO_SECRET_ARN", "must be the full ARN of a secret");
    }
}
