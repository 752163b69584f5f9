//! The programs' settings: a missing or malformed setting is named, and its value never shown.

use serde_json::{Value, json};

use super::stops::{HUSH, answerable, error_of};
use super::{PROGRAMS, TEXT, answered, double, events, is_answerable, lasting, run, settings};

#[tokio::test]
async fn the_bot_id_is_required_if_the_channel_has_none() {
    let bots = events("kore", 60).await.into_iter().filter(is_answerable);
    let (callbacks, hooks): (Vec<_>, Vec<_>) = bots.partition(|event| event["data"]["sender"]["role"] == "bot");
    for mut event in [callbacks[0].clone(), hooks[0].clone()] {
        event["data"]["channel"] = Value::Null;
        for program in PROGRAMS {
            let error = error_of(program, event.to_string(), &[]).await;
            assert!(
                error.ends_with("KORE_BOT_ID is not set; it must be the bot's ID, because the webhook URL has none"),
                "{program}: {error}"
            );
            let receiver = double().await;
            let mut all = settings(&receiver, "hooks");
            all.push(("KORE_BOT_ID", "st-1".to_owned()));
            let output = run(program, TEXT, all, std::slice::from_ref(&event)).await;
            assert_eq!(answered(&output).len(), 1, "{program}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(lasting(&receiver.arrivals()[0].request).to_string().contains("st-1"), "{program}");
        }
    }
}

/// Settings are checked before the first event is read.
#[tokio::test]
async fn a_malformed_setting_is_named_and_not_shown() {
    for (name, value, expected) in [
        ("KORE_CLIENT", HUSH, "clientId:clientSecret, with a colon between them"),
        ("KORE_CLIENT", ":hush-hush", "clientId:clientSecret, with a colon between them"),
        ("QIKCHAT_API_KEY", "hush-hush\n", "visible ASCII characters without spaces"),
        ("KOMMUNICATE_API_KEY", "hush-hush \u{2602}", "visible ASCII characters without spaces"),
        ("KORE_ACCESS_TOKEN", "bearer hush-hush", "visible ASCII characters without spaces"),
        ("KOMMO_URL", "hush-hush.example.com", "a valid URL that begins with https:// or http://"),
        ("KORE_POST_URL", "ftp://hush-hush.example.com/", "a valid URL that begins with https:// or http://"),
        ("KORE_WEBHOOK_URL", "https://hush-hush.example.com:99999/{bot}", "a valid URL that begins with https:// or http://"),
        ("KOMMUNICATE_URL", "https://hush-hush..example.com", "a valid URL that begins with https:// or http://"),
        ("QIKCHAT_URL", "https://[:::::]/hush-hush", "a valid URL that begins with https:// or http://"),
        ("KOMMO_SECRET", "hush-hush\n", "without spaces at its ends"),
        ("KOMMO_SCOPE_ID", "  ", "without spaces at its ends"),
        ("KOMMUNICATE_SENDER", "hush-hush ", "without spaces at its ends"),
        ("KORE_BOT_ID", " hush-hush", "without spaces at its ends"),
    ] {
        for program in PROGRAMS {
            let error = error_of(program, HUSH.to_owned(), &[(name, Some(value))]).await;
            assert_eq!(error, format!("{name} is malformed; it must be {expected}"), "{program}");
        }
    }
}

#[tokio::test]
async fn spaces_around_staff_ids_are_ignored() {
    let mut event = answerable("kommunicate").await;
    event["data"]["sender"]["id"] = json!("desk-maria");
    for program in PROGRAMS {
        let receiver = double().await;
        let mut all = settings(&receiver, "");
        all.retain(|(name, _)| *name != "KOMMUNICATE_STAFF");
        all.push(("KOMMUNICATE_STAFF", "spoke-helper-bot, desk-maria ".to_owned()));
        let output = run(program, TEXT, all, std::slice::from_ref(&event)).await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.ends_with("skipped: it is not from a customer\n"), "{program}: {told}");
    }
}
