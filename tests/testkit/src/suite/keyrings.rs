//! Multiple secrets and multiple channels in one function.

use serde_json::{Value, json};
use shared::provider::Lookup;

use crate::{Journey, Post, Subject};

/// The secrets of these checks have the form of a login, which every keyring accepts.
const SHOP: &str = "shop:s";
const OLD_SHOP: &str = "shop:s-old";
const UMLAUT: &str = "umlaut:u";
const NEW: &str = "star:new";
const OLD: &str = "star:old";

/// Covers rotation, entries for single channels, `*`, channels that are percent-encoded in URLs, and
/// paths with extra or missing segments.
pub async fn with_a_star(subject: &Subject) {
    let keyring = json!({"shop": [SHOP, OLD_SHOP], "my shop/ü": UMLAUT, "*": [NEW, OLD]}).to_string();
    let journey = Journey::start(subject, &[(subject.webhook.keyring, &keyring)]).await;
    let root = subject.root();
    let unnamed = root.strip_prefix(&format!("/{}", subject.provider.name)).expect("the provider's name first");
    let mut cases = vec![
        (format!("{root}/shop"), SHOP, Ok((Some("shop"), 0))),
        (format!("{root}/shop"), OLD_SHOP, Ok((Some("shop"), 1))),
        (format!("{root}/shop"), NEW, Err(())),
        (format!("{root}/shop"), UMLAUT, Err(())),
        (format!("{root}/shop/"), SHOP, Ok((Some("shop"), 0))),
        (format!("{root}/%73h%6fp"), SHOP, Ok((Some("shop"), 0))),
        (format!("{root}/Shop"), SHOP, Err(())),
        (format!("{root}/Shop"), NEW, Ok((Some("Shop"), 0))),
        (format!("{root}/other"), OLD, Ok((Some("other"), 1))),
        (format!("{root}/other"), SHOP, Err(())),
        (format!("{root}/*"), NEW, Ok((Some("*"), 0))),
        (format!("{root}/*"), SHOP, Err(())),
        (format!("{root}/my%20shop%2F%C3%BC"), UMLAUT, Ok((Some("my shop/ü"), 0))),
        (format!("{root}/my%20shop%2f%c3%bc/"), UMLAUT, Ok((Some("my shop/ü"), 0))),
        (format!("{root}/my%20shop%2F%C3%BC"), NEW, Err(())),
        (format!("{unnamed}/shop"), SHOP, Ok((Some("shop"), 0))),
        (format!("{unnamed}/shop/"), NEW, Err(())),
    ];
    if subject.has_path_without_channel() {
        cases.extend([
            (root.to_owned(), NEW, Ok((None, 0))),
            (format!("{root}/"), OLD, Ok((None, 1))),
            (root.to_owned(), SHOP, Err(())),
            ("/".to_owned(), NEW, Ok((None, 0))),
            ("/".to_owned(), SHOP, Err(())),
        ]);
    }
    for (path, secret, expected) in cases {
        check(&journey, subject, &path, secret, expected).await;
    }
}

/// Without `*`, only the named channels exist.
pub async fn without_a_star(subject: &Subject) {
    let keyring = json!({"shop": SHOP}).to_string();
    let journey = Journey::start(subject, &[(subject.webhook.keyring, &keyring)]).await;
    let root = subject.root();
    check(&journey, subject, &format!("{root}/shop"), SHOP, Ok((Some("shop"), 0))).await;
    let mut unknown = vec![format!("{root}/other"), format!("{root}/*"), format!("{root}/%2A"), format!("{root}/shop2")];
    if subject.has_path_without_channel() {
        unknown.extend([root.to_owned(), "/".to_owned()]);
    }
    for path in unknown {
        let log = check(&journey, subject, &path, SHOP, Err(())).await;
        assert_eq!(log["reason"], "unknown_channel", "{path}");
    }
}

/// A plain secret applies to every channel; the newline that an editor appends is ignored.
pub async fn plain(subject: &Subject) {
    let journey = Journey::start(subject, &[(subject.webhook.keyring, &format!("{SHOP}\n"))]).await;
    check(&journey, subject, &subject.path("any"), SHOP, Ok((Some("any"), 0))).await;
    check(&journey, subject, &subject.path("any"), OLD_SHOP, Err(())).await;
}

/// A channel with multiple parts uses its own entry or that of its first part; either takes precedence over `*`.
pub async fn by_lookup(subject: &Subject) {
    let Lookup::ChannelThenBefore(end) = subject.webhook.lookup else { return };
    let channel = |rest: &str| format!("chan{end}{rest}");
    let keyring = json!({channel("acct"): "scope:s", "chan": ["channel:new", "channel:old"], "*": NEW}).to_string();
    let journey = Journey::start(subject, &[(subject.webhook.keyring, &keyring)]).await;
    let root = subject.root();
    let encoded = format!("{root}/chan%{:02X}acct", u32::from(end));
    for (path, channel, secret, expected) in [
        (subject.path(&channel("acct")), channel("acct"), "scope:s", Ok(0)),
        (subject.path(&channel("acct")), channel("acct"), "channel:new", Err(())),
        (subject.path(&channel("other")), channel("other"), "channel:old", Ok(1)),
        (subject.path(&channel("other")), channel("other"), "scope:s", Err(())),
        (subject.path(&channel("other")), channel("other"), NEW, Err(())),
        (subject.path("chan"), "chan".to_owned(), "channel:new", Ok(0)),
        (subject.path(&format!("channel{end}acct")), format!("channel{end}acct"), NEW, Ok(0)),
        (subject.path(&format!("channel{end}acct")), format!("channel{end}acct"), "channel:new", Err(())),
        (encoded, channel("acct"), "scope:s", Ok(0)),
        (subject.path(&format!("*{end}acct")), format!("*{end}acct"), NEW, Ok(0)),
    ] {
        check(&journey, subject, &path, secret, expected.map(|position| (Some(channel.as_str()), position))).await;
    }
    if subject.has_path_without_channel() {
        check(&journey, subject, root, NEW, Ok((None, 0))).await;
    }
}

/// An operator can waive the secret with the setting that the webhook names.
pub async fn waived(subject: &Subject) {
    let Some(waiver) = subject.webhook.waiver else { return };
    let journey = Journey::start(subject, &[(subject.webhook.keyring, ""), (waiver, "true")]).await;
    let message = subject.message("hi");
    let mut posts = vec![Post::new(&subject.path("shop"), message.clone()), subject.post(message.clone())];
    posts.extend(subject.has_path_without_channel().then(|| Post::new("/", message)));
    for post in posts {
        let delivered = journey.deliver(&post).await;
        assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1));
        assert!(journey.log(&delivered.answer).await["key_position"].is_null());
    }
}

/// Sends a message with a proof created with this secret, checks the outcome, and returns the log line.
pub async fn check(journey: &Journey, subject: &Subject, path: &str, secret: &str, expected: Result<(Option<&str>, u64), ()>) -> Value {
    let post = subject.post_by(secret, path, subject.message("hello"));
    let delivered = journey.deliver(&post).await;
    let log = journey.log(&delivered.answer).await;
    match expected {
        Ok((channel, position)) => {
            assert_eq!(delivered.answer.status, 200, "{path} by {secret}: {log}");
            crate::contract::check_event(subject, &delivered.messages[0].json(), channel);
            assert_eq!((&log["channel"], &log["key_position"]), (&json!(channel), &json!(position)), "{path} by {secret}");
        }
        Err(()) => {
            assert_eq!((delivered.answer.status, delivered.messages.len()), (401, 0), "{path} by {secret}: {log}");
            assert_eq!((&log["channel"], &log["key_position"]), (&Value::Null, &Value::Null));
        }
    }
    log
}
