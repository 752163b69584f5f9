//! A failing refresh: the last keyring stays in use, the log reports it, and no request waits longer than the limit.

use std::time::Duration;

use testkit::Fault;

use crate::kommo::{Kommo, in_time, keyring};

const OLD: &str = "the-old-secret";
const NEW: &str = "the-new-secret";

/// Checks the log line of a failed refresh.
async fn check_log(kommo: &Kommo, reason: &str) {
    let line = kommo.refresh_failure().await;
    assert_eq!((&line["level"], &line["setting"], &line["reason"]), (&"WARN".into(), &"KOMMO_SECRET_ARN".into(), &reason.into()), "{line}");
    assert_eq!((&line["SecretRefreshFailed"], &line["service"]), (&1.0.into(), &"kommo".into()), "{line}");
}

#[tokio::test]
async fn an_old_keyring_stays_in_use_while_none_can_be_read() {
    for (fault, reason) in
        [(Fault::Deny, "AccessDeniedException"), (Fault::Unavailable, "ServiceUnavailable"), (Fault::Close, "connection")]
    {
        let kommo = Kommo::start(&[OLD], &[("SECRETS_MANAGER_TTL", "1")]).await;
        kommo.manager.set(fault);
        assert_eq!(kommo.send_until_read(OLD, 2).await.status, 200);
        check_log(&kommo, reason).await;
        // Secrets Manager is not called for every request.
        for _ in 0..20 {
            assert_eq!(kommo.send(OLD).await.status, 200);
        }
        assert_eq!(kommo.reads(), 2);
        kommo.stop_silently(&[OLD]);
    }
}

#[tokio::test]
async fn an_invalid_new_keyring_leaves_the_old_one_in_use() {
    for text in ["{\"*\":\"\"}", "{\"*\":\"the-new-secret\"", "{}"] {
        let kommo = Kommo::start(&[OLD], &[("SECRETS_MANAGER_TTL", "1")]).await;
        kommo.secret.put(text).await;
        assert_eq!(kommo.send_until_read(OLD, 2).await.status, 200);
        check_log(&kommo, "invalid_keyring").await;
        assert_eq!(kommo.send(OLD).await.status, 200);
        kommo.stop_silently(&[OLD, NEW]);
    }
}

#[tokio::test]
async fn a_keyring_is_refreshed_soon_after_an_outage() {
    let kommo = Kommo::start(&[OLD], &[("SECRETS_MANAGER_TTL", "1")]).await;
    kommo.manager.refuse().await;
    kommo.secret.put(&keyring(&[NEW])).await;
    // The first failed proof triggers a refresh. The next ones do not; the refresh happens because the TTL expires.
    assert_eq!(kommo.send(NEW).await.status, 401);
    check_log(&kommo, "connection").await;
    kommo.manager.accept().await;
    in_time(async { while kommo.send(NEW).await.status != 200 {} }).await;
    assert_eq!(kommo.send(OLD).await.status, 401);
    kommo.stop_silently(&[OLD, NEW]);
}

#[tokio::test]
async fn a_hanging_secrets_manager_costs_a_request_at_most_half_a_second_and_a_third_of_its_budget() {
    for (budget, bound) in [("3500", 500), ("600", 200)] {
        let kommo = Kommo::start(&[OLD], &[("SECRETS_MANAGER_TTL", "1"), ("ACK_BUDGET_MS", budget)]).await;
        kommo.manager.set(Fault::Hang);
        let refused = kommo.send(NEW).await;
        assert_eq!(refused.status, 401);
        // moto and a loaded machine take time, too; without the limit, the request would never end.
        let bounds = Duration::from_millis(bound)..Duration::from_millis(bound + 1500);
        assert!(bounds.contains(&refused.duration), "{:?}", refused.duration);
        check_log(&kommo, "timeout").await;
        // The next request costs nothing: after a failure, Secrets Manager is not called for a while.
        assert!(kommo.send(NEW).await.duration < Duration::from_millis(bound), "{budget}");
        assert_eq!(kommo.reads(), 2);
    }
}
