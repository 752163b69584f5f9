//! The first read: when startup fails, the error names the setting and what to do, and shows no secret.

use testkit::{FailedStart, Fault, StoredSecret};

use crate::kommo::{Place, keyring, signed};

const SECRET: &str = "a-secret-that-nobody-sees";

/// Checks that startup failed because of this setting, with an error that contains these words.
pub(crate) fn check(failed: &FailedStart, setting: &str, words: &str) {
    let message = failed.init_error["errorMessage"].as_str().unwrap_or_else(|| panic!("{failed:#?}"));
    assert!(message.starts_with(&format!("{setting}: ")) && message.contains(words), "{message}");
    assert!(failed.exit_code.is_some_and(|code| code != 0), "{failed:#?}");
    let line = failed.logs.iter().find(|line| line.contains("startup failed")).unwrap_or_else(|| panic!("{failed:#?}"));
    assert!(line.contains(setting) && line.contains(words), "{line}");
    let printed = failed.logs.join("\n") + message;
    assert!(!printed.contains(SECRET), "{printed}");
}

#[tokio::test]
async fn startup_fails_if_the_secret_is_not_a_keyring() {
    let secret = StoredSecret::create(SECRET).await;
    let place = Place::of(secret.arn()).await;
    for text in [r#"{"*":"a-secret-that-nobody-sees","b":[]}"#, r#"{"a-secret-that-nobody-sees""#, " "] {
        secret.put(text).await;
        check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "the secret's text is not a keyring");
    }
    secret.put_binary().await;
    check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "(no_secret_string): it holds binary data");
    let missing = Place::of("arn:aws:secretsmanager:us-east-1:123456789012:secret:missing-AbCdEf").await;
    check(&missing.fail(&[]).await, "KOMMO_SECRET_ARN", "(ResourceNotFoundException): there is no such secret in us-east-1");
    let elsewhere = Place::of(&secret.arn().replace("us-east-1", "eu-west-1")).await;
    check(&elsewhere.fail(&[]).await, "KOMMO_SECRET_ARN", "there is no such secret in eu-west-1");
}

#[tokio::test]
async fn startup_fails_with_invalid_settings_without_a_read() {
    let secret = StoredSecret::create(SECRET).await;
    let place = Place::of(secret.arn()).await;
    for arn in [SECRET, "arn:aws:ssm:us-east-1:123456789012:parameter/kommo", "chathooks/1"] {
        check(&place.fail(&[("KOMMO_SECRET_ARN", arn)]).await, "KOMMO_SECRET_ARN", "must be the full ARN of a secret");
    }
    for ttl in ["0", "301", "-1", "5m", "1.5"] {
        check(&place.fail(&[("SECRETS_MANAGER_TTL", ttl)]).await, "SECRETS_MANAGER_TTL", "seconds from 1 to 300");
    }
    check(&place.fail(&[("KOMMO_SECRET", SECRET)]).await, "KOMMO_SECRET", "KOMMO_SECRET_ARN is also set");
    for setting in ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"] {
        let url = [("AWS_ENDPOINT_URL_SECRETS_MANAGER", ""), (setting, "no url")];
        check(&place.fail(&url).await, setting, "must be an http or https URL");
    }
    assert_eq!(place.manager.requests().len(), 0);
}

#[tokio::test]
async fn startup_fails_if_secrets_manager_is_unavailable_but_survives_transient_errors() {
    let secret = StoredSecret::create(&keyring(&[SECRET])).await;
    let place = Place::of(secret.arn()).await;
    place.manager.set(Fault::Deny);
    check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "(AccessDeniedException): the function's role needs secretsmanager:GetSecretValue");
    assert_eq!(place.manager.requests().len(), 1);
    for fault in [Fault::Hang, Fault::Close, Fault::Unavailable] {
        let before = place.manager.requests().len();
        place.manager.set(fault);
        check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "the secret cannot be read (");
        assert_eq!(place.manager.requests().len() - before, 3);
    }
    place.manager.refuse().await;
    check(&place.fail(&[]).await, "KOMMO_SECRET_ARN", "(connection): Secrets Manager cannot be reached in us-east-1");

    place.manager.accept().await;
    place.manager.set(Fault::Pass);
    place.manager.script([Fault::Reset, Fault::Throttle]);
    let function = place.start(&[]).await;
    assert_eq!(function.invoke_http(&signed(SECRET).event()).await.status, 200);
}
