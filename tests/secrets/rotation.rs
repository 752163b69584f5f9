//! A rotation as an operator performs it, under a stream of requests signed with whichever secret the sender has.

use serde_json::json;

use crate::kommo::{Kommo, in_time, keyring};

/// Sends a request to each function, which must accept it, and returns the key positions.
async fn accepted(functions: &[&Kommo], secret: &str) -> Vec<u64> {
    let mut positions = Vec::new();
    for function in functions {
        let answer = function.send(secret).await;
        let log = function.log(&answer).await;
        assert_eq!(answer.status, 200, "{log}");
        positions.push(log["key_position"].as_u64().expect("a key position"));
    }
    positions
}

#[tokio::test]
async fn no_request_is_refused_while_both_secrets_are_in_the_keyring_and_the_old_one_is_when_it_is_gone() {
    let (old, new) = ("the-old-secret", "the-new-secret");
    let warm = Kommo::start(&[old], &[("SECRETS_MANAGER_TTL", "1")]).await;
    let idle = warm.another(&[]).await;
    let both = [&warm, &idle];
    assert_eq!(accepted(&both, old).await, [0, 0]);

    // The new secret is put before the old one. Nothing changes for a sender with the old secret, whether or
    // not the function has refreshed the keyring.
    warm.secret.put(&keyring(&[new, old])).await;
    in_time(async { while accepted(&both, old).await[0] == 0 {} }).await;
    assert_eq!(accepted(&[&idle], old).await, [0]);

    // The sender switches. The process that has not read the keyring for minutes refreshes it now, because of the
    // failed proof.
    assert_eq!(idle.reads(), 1);
    assert_eq!(accepted(&both, new).await, [0, 0]);
    assert_eq!(idle.reads(), 2);
    // Requests signed with the old secret are still accepted, and the key position shows that it is in use.
    assert_eq!(accepted(&both, old).await, [1, 1]);

    // The old secret is removed, and a request signed with it is refused as soon as the keyring is refreshed.
    warm.secret.put(&keyring(&[new])).await;
    let refused = in_time(async {
        loop {
            assert_eq!(accepted(&both, new).await, [0, 0]);
            let answer = warm.send(old).await;
            if answer.status == 401 {
                return answer;
            }
        }
    });
    assert_eq!(warm.log(&refused.await).await["reason"], "wrong_signature");
    assert_eq!(accepted(&both, new).await, [0, 0]);
    for function in [warm, idle] {
        let failures = function.function.logs().into_iter().filter(|line| line.contains("could not be refreshed"));
        assert_eq!(failures.count(), 0);
        function.stop_silently(&[old, new]);
    }
}

#[tokio::test]
async fn a_channel_that_is_added_to_the_keyring_is_known_at_its_first_request() {
    let kommo = Kommo::start(&["a-secret"], &[]).await;
    kommo.secret.put(&json!({"shop": "the-shops-own-secret"}).to_string()).await;
    let answer = kommo.send("the-shops-own-secret").await;
    assert_eq!(answer.status, 200);
    assert_eq!(kommo.log(&answer).await["channel"], "shop");
    // The secret that applied to the channel before no longer does.
    assert_eq!(kommo.send("a-secret").await.status, 401);
}
