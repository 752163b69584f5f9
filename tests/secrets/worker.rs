//! The worker's secret in Secrets Manager: signatures with every accepted secret, rotation without a gap, and startup
//! that must fail.

use std::time::Duration;

use serde_json::Value;
use testkit::standard_webhooks::{signature, signatures};
use testkit::{Arrival, Fault, FaultySqs, Function, Receiver, Reply, Sqs, StoredMessage, StoredSecret, binary, sqs_event};

use crate::kommo::in_time;
use crate::starts::check;

const OLD: &str = "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0LW9sZC1zZWNyZXQ=";
const NEW: &str = "whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LW5ldy1zZWNyZXQ=";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:events";

struct Worker {
    function: Function,
    receiver: Receiver,
    manager: FaultySqs,
}

impl Worker {
    async fn start(arns: &str) -> Self {
        let (manager, receiver) = (FaultySqs::start(&Sqs::start().endpoint()).await, Receiver::start(|_| Reply::Status(204)).await);
        let (endpoint, url) = (manager.endpoint(), receiver.url());
        let settings = [
            ("DELIVERY_URL", url.as_str()),
            ("DELIVERY_SECRET_ARN", arns),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint),
            ("SECRETS_MANAGER_TTL", "1"),
        ];
        let function = Function::start(&binary("worker"), &settings).await;
        Self { function, receiver, manager }
    }

    /// Delivers an event, which must succeed, and returns its arrival.
    async fn deliver(&self) -> Arrival {
        let body = r#"{"specversion":"1.0","id":"kommo-1","data":{}}"#.to_owned();
        let (message_id, receipt_handle) = ("m-1".to_owned(), "handle".to_owned());
        let message = StoredMessage { body, message_id, receipt_handle, attributes: [].into(), typed: [].into(), system: [].into() };
        let event = sqs_event(QUEUE, &[message]).to_string().into_bytes();
        assert!(testkit::failures(&self.function.invoke(event).await.outcome).is_empty());
        self.receiver.arrivals().pop().expect("an arrival")
    }

    /// Delivers until requests are signed with exactly these secrets, in order.
    async fn signs_by(&self, secrets: &[&str]) {
        in_time(async {
            loop {
                let request = self.deliver().await.request;
                let expected: Vec<String> = secrets.iter().map(|secret| signature(secret, &request)).collect();
                if signatures(&request) == expected {
                    return;
                }
            }
        })
        .await;
    }

    fn stop_silently(self) {
        let printed = self.function.stop().join("\n");
        for secret in [OLD, NEW] {
            assert!(!printed.contains(secret.trim_start_matches("whsec_")), "{printed}");
        }
    }
}

#[tokio::test]
async fn a_rotation_needs_no_restart_and_leaves_no_gap() {
    let secret = StoredSecret::create(OLD).await;
    let worker = Worker::start(secret.arn()).await;
    worker.signs_by(&[OLD]).await;
    secret.put(&format!("{NEW} {OLD}\n")).await;
    worker.signs_by(&[NEW, OLD]).await;
    // Every delivery from first to last has a signature with the old secret.
    let old = |arrival: &Arrival| signatures(&arrival.request).contains(&signature(OLD, &arrival.request).as_str());
    assert!(worker.receiver.arrivals().iter().all(old));
    secret.put(NEW).await;
    worker.signs_by(&[NEW]).await;
    let new = |arrival: &&Arrival| signatures(&arrival.request).contains(&signature(NEW, &arrival.request).as_str());
    assert!(worker.receiver.arrivals().iter().rev().take_while(new).count() > 1);
    worker.stop_silently();
}

#[tokio::test]
async fn two_arns_form_one_list() {
    let (one, two) = (StoredSecret::create(NEW).await, StoredSecret::create(&format!("{OLD} {NEW}")).await);
    let worker = Worker::start(&format!("{}, {}", one.arn(), two.arn())).await;
    worker.signs_by(&[NEW, OLD]).await;
    worker.stop_silently();
}

#[tokio::test]
async fn the_last_secret_stays_in_use_if_a_refresh_fails() {
    for (text, fault, reason) in [
        (OLD, Fault::Deny, "AccessDeniedException"),
        (OLD, Fault::Hang, "timeout"),
        ("whsec_c2hvcnQ=", Fault::Pass, "invalid_secret"),
        ("no secret", Fault::Pass, "invalid_secret"),
    ] {
        let secret = StoredSecret::create(OLD).await;
        let worker = Worker::start(secret.arn()).await;
        secret.put(text).await;
        worker.manager.set(fault);
        in_time(async {
            while worker.manager.requests().len() < 2 {
                worker.signs_by(&[OLD]).await;
            }
        })
        .await;
        let line: Value = serde_json::from_str(&worker.function.log_with("could not be refreshed").await).expect("JSON");
        assert_eq!((&line["level"], &line["setting"]), (&"WARN".into(), &"DELIVERY_SECRET_ARN".into()), "{line}");
        assert_eq!((&line["reason"], &line["SecretRefreshFailed"]), (&reason.into(), &1.0.into()), "{line}");
        worker.stop_silently();
    }
}

#[tokio::test]
async fn a_hanging_secrets_manager_costs_a_batch_half_a_second() {
    let secret = StoredSecret::create(OLD).await;
    let worker = Worker::start(secret.arn()).await;
    worker.manager.set(Fault::Hang);
    let mut longest = Duration::ZERO;
    in_time(async {
        while worker.manager.requests().len() < 2 {
            let start = std::time::Instant::now();
            worker.deliver().await;
            longest = longest.max(start.elapsed());
        }
    })
    .await;
    assert!((Duration::from_millis(500)..Duration::from_secs(3)).contains(&longest), "{longest:?}");
}

#[tokio::test]
async fn startup_fails_with_invalid_settings_or_secrets() {
    let secret = StoredSecret::create(OLD).await;
    let endpoint = Sqs::start().endpoint();
    let fail = async |settings: &[(&str, &str)]| {
        let mut all = vec![("DELIVERY_URL", "http://127.0.0.1:9/"), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint.as_str())];
        all.extend(settings);
        Function::start_expecting_failure(&binary("worker"), &all).await
    };
    let arn = ("DELIVERY_SECRET_ARN", secret.arn());
    check(&fail(&[arn, ("DELIVERY_SECRET", OLD)]).await, "DELIVERY_SECRET", "DELIVERY_SECRET_ARN is also set");
    check(&fail(&[arn, ("DELIVERY_URL", "")]).await, "DELIVERY_URL", "is not set");
    check(&fail(&[arn, ("SECRETS_MANAGER_TTL", "301")]).await, "SECRETS_MANAGER_TTL", "seconds from 1 to 300");
    check(&fail(&[("DELIVERY_SECRET_ARN", "chathooks/1")]).await, "DELIVERY_SECRET_ARN", "must be the full ARN of a secret");
    let missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:missing-AbCdEf";
    check(&fail(&[("DELIVERY_SECRET_ARN", missing)]).await, "DELIVERY_SECRET_ARN", "(ResourceNotFoundException)");
    for (text, words) in [("whsec_c2hvcnQ=", "must have 24 bytes or more"), ("a-secret-that-nobody-sees", "must be one or more secrets")] {
        secret.put(text).await;
        check(&fail(&[arn]).await, "DELIVERY_SECRET_ARN", words);
    }
    secret.put_binary().await;
    check(&fail(&[arn]).await, "DELIVERY_SECRET_ARN", "(no_secret_string): it holds binary data");
}
