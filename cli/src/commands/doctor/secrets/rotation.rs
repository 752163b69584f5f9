//! What the metrics say about a keyring: whether its secret is used, and whether an old one can be removed.

use std::time::SystemTime;

use shared::provider::Webhook;
use shared::verify::Scheme;

use super::super::finding::Finding;
use super::keyring::Stored;
use super::{DAYS, Position};

const DAY_SECONDS: f64 = 86_400.0;

/// Judges a keyring by the highest key position of the last days, which is `None` if metrics are off.
pub(super) fn judge(subject: &str, webhook: &Webhook, stored: &Stored, position: Option<&Position>) -> Finding {
    let keys = stored.most();
    match position {
        _ if keys == 1 => single(subject, webhook, stored, position),
        None => Finding::unknown(
            subject,
            format!("a channel has {keys} secrets, and metrics are off"),
            "see \"Who uses an old key\" in docs/operations.md",
        ),
        Some(Err(error)) => Finding::unknown(subject, format!("a channel has {keys} secrets; {error}"), error.action()),
        Some(Ok(position)) => old(subject, keys, age(stored), *position),
    }
}

fn single(subject: &str, webhook: &Webhook, stored: &Stored, position: Option<&Position>) -> Finding {
    let ok = |found: &str| Finding::ok(subject, found);
    // A secret that has verified a webhook is in use at the provider, even if it looks generated.
    match position {
        _ if !stored.looks_generated => ok("each channel has one secret, so no rotation is in progress"),
        Some(Ok(Some(_))) => ok("it has verified webhooks"),
        // The provider signs with a secret that it generates itself.
        Some(Ok(None)) if matches!(webhook.scheme, Scheme::HmacSha1(_)) => Finding::wrong(
            subject,
            format!("it looks like the generated placeholder, and has verified no webhook in the last {DAYS} days"),
            format!("store {}: \"Rotate a secret\" in docs/operations.md", webhook.secret),
        ),
        Some(Ok(None)) => {
            Finding::note(subject, format!("it looks like the generated one, and has verified no webhook in the last {DAYS} days"))
                .with_action("enter it at the provider, if you have not done so yet")
        }
        Some(Err(_)) | None => Finding::note(subject, "it looks like the generated one; whether the provider uses it is unknown"),
    }
}

fn old(subject: &str, keys: usize, age_days: Option<f64>, position: Option<f64>) -> Finding {
    let found = format!("a channel has {keys} secrets");
    match (position, age_days) {
        (None, _) => {
            Finding::note(subject, format!("{found}; no webhook was verified in the last {DAYS} days, so it is unknown which one is used"))
        }
        (Some(position), _) if position >= 1.0 => {
            Finding::note(subject, format!("{found}, and an old one was used in the last {DAYS} days (key_position {position})"))
                .with_action("change the secret at the provider")
        }
        // Before that, the positions were those of another keyring, in which the old secret was the first.
        (Some(_), age) if age.is_none_or(|days| days < f64::from(DAYS)) => {
            Finding::note(subject, format!("{found}, stored less than {DAYS} days ago, so it is unknown whether the old one is still used"))
                .with_action(format!("run the command again when they are {DAYS} days old"))
        }
        (Some(_), _) => Finding::wrong(
            subject,
            format!("{found}, and the old one has been idle for {DAYS} days"),
            "remove it: \"Rotate a secret\" in docs/operations.md",
        ),
    }
}

/// Returns the age of the stored value in days.
fn age(stored: &Stored) -> Option<f64> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((now.as_secs_f64() - stored.since?) / DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::aws::Failed;
    use super::super::super::finding::Level;
    use super::*;
    use crate::endpoints::webhooks;

    const GENERATED: &str = "aB3456789012345678901234567890123456789Z";

    fn level(keyring: &str, text: &str, days: f64, position: Option<Position>) -> Level {
        let webhook = webhooks().find(|webhook| webhook.keyring == keyring).expect("a webhook");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time").as_secs_f64();
        let response = json!({"SecretString": text, "CreatedDate": now - days * DAY_SECONDS});
        let stored = Stored::parse(webhook, &response).unwrap_or_else(|_| panic!("{text} is a keyring"));
        judge("secret", webhook, &stored, position.as_ref()).level
    }

    fn denied() -> Position {
        Err(Failed { permission: "x:Y".to_owned(), code: "AccessDenied".to_owned(), message: String::new() })
    }

    #[test]
    fn an_old_secret_can_be_removed_only_after_seven_idle_days() {
        for (days, position, expected) in [
            (8.0, Some(Ok(Some(0.0))), Level::Wrong),
            // On the third day, the position 0 of the first days was that of the old secret.
            (3.0, Some(Ok(Some(0.0))), Level::Note),
            (8.0, Some(Ok(Some(1.0))), Level::Note),
            (8.0, Some(Ok(None)), Level::Note),
            (8.0, Some(denied()), Level::Unknown),
            (8.0, None, Level::Unknown),
        ] {
            assert_eq!(level("KOMMO_SECRET", r#"{"*":["new","old"]}"#, days, position.clone()), expected, "{days} {position:?}");
        }
        assert_eq!(level("KOMMO_SECRET", "one", 8.0, Some(Ok(Some(0.0)))), Level::Ok);
    }

    #[test]
    fn a_generated_secret_that_verifies_nothing_is_found() {
        for (keyring, position, expected) in [
            ("KOMMO_SECRET", Some(Ok(None)), Level::Wrong),
            ("KOMMO_SECRET", Some(Ok(Some(0.0))), Level::Ok),
            ("KOMMO_SECRET", Some(denied()), Level::Note),
            ("KOMMO_SECRET", None, Level::Note),
            ("KOMMUNICATE_TOKEN", Some(Ok(None)), Level::Note),
            ("KOMMUNICATE_TOKEN", Some(Ok(Some(0.0))), Level::Ok),
        ] {
            assert_eq!(level(keyring, GENERATED, 0.0, position.clone()), expected, "{keyring} {position:?}");
        }
    }
}
