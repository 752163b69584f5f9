//! `Basic` with the base64 of a login or of a bare token.

use shared::verify::{Basic, Scheme};

use super::sender::{NAME, PASSWORD, SECRET, Sender};
use super::{Wrong, unproven_at};
use crate::proof::basic;
use crate::{Journey, Post, Subject};

/// Headers in which a proof could be looked up.
const HEADERS: [&str; 4] = ["authorization", "authentication", "x-authentication", "proxy-authorization"];

pub(super) fn wrong(sender: &Sender<'_>, scheme: Basic) -> Wrong {
    let good = basic(SECRET);
    assert!(good.ends_with("Q="), "the base64 of the secret needs padding");
    let mut cases = vec![
        ("missing_header", sender.without()),
        ("malformed_header", sender.with("")),
        ("malformed_header", sender.with("Basic")),
        ("malformed_header", sender.with("Basic ")),
        ("malformed_header", sender.with(&good.replace("Basic", "Bearer"))),
        ("malformed_header", sender.with(&good.replace("Basic", "Digest"))),
        ("malformed_header", sender.with(&good.replace("Basic ", ""))),
        ("malformed_header", sender.with(&good.replace("Basic ", "Basic"))),
        ("malformed_header", sender.with(&format!("Basic {SECRET}"))),
        ("malformed_header", sender.with(&format!("{good}, {good}"))),
        ("malformed_header", sender.with(&format!("{good}="))),
        ("malformed_header", sender.with(&format!("{good}=="))),
        // In canonical base64, the unused trailing bits are zero.
        ("malformed_header", sender.with(&good.replace("Q=", "R="))),
    ];
    let others = HEADERS.into_iter().filter(|name| !scheme.headers.contains(name));
    cases.extend(others.map(|name| ("missing_header", sender.without().with(name, &good))));
    if !scheme.may_wrap {
        cases.push(("malformed_header", sender.with(&good.replacen("c2", "c 2", 1))));
    }
    let secrets = [
        "another-token".to_owned(),
        SECRET[1..].to_owned(),
        SECRET[..SECRET.len() - 1].to_owned(),
        SECRET.to_uppercase(),
        format!("{SECRET}\n"),
        format!("{SECRET}:"),
        format!(":{SECRET}"),
        ":".to_owned(),
        NAME.to_owned(),
        PASSWORD.to_owned(),
        format!("{NAME}:"),
        format!(":{PASSWORD}"),
        format!("{NAME}:another"),
        format!("another:{PASSWORD}"),
        format!("{PASSWORD}:{NAME}"),
    ];
    cases.extend(secrets.iter().map(|secret| ("wrong_token", sender.with(&basic(secret)))));
    for second in &scheme.headers[1..] {
        // The second header counts only if the first is missing.
        cases.push(("wrong_token", sender.with(&basic("another-token")).with(second, &good)));
        cases.push(("malformed_header", sender.with("").with(second, &good)));
        cases.push(("wrong_token", sender.without().with(second, basic("another-token"))));
    }
    cases
}

pub(super) fn right(sender: &Sender<'_>, scheme: Basic) -> Vec<Post> {
    let good = basic(SECRET);
    let mut headers = vec![
        good.trim_end_matches('=').to_owned(),
        good.replace("Basic", "basic"),
        good.replace("Basic ", "BASIC    "),
        good.replace("Basic ", "Basic\t"),
        format!(" {good} "),
    ];
    headers.extend(scheme.may_wrap.then(|| good.replacen("c2", "c \t 2", 1)));
    let second = scheme.headers[1..].iter().map(|second| sender.without().with(second, &good));
    headers.iter().map(|header| sender.with(header)).chain(second).collect()
}

/// Accepts colons in a password, and umlauts in both the user name and the password.
pub(super) async fn any_login(subject: &Subject) {
    let Scheme::Basic(_) = subject.webhook.scheme else { return };
    let login = "us\u{e9}r:pa:ss:w\u{f6}rd";
    let journey = Journey::start(subject, &[(subject.webhook.keyring, login)]).await;
    let post = |secret: &str| subject.post_by(secret, &subject.path("shop"), subject.message("hi"));
    journey.accepted(&post(login)).await;
    unproven_at(subject, &journey, ["us\u{e9}r:pa", "us\u{e9}r:pa:ss:word"].map(|wrong| ("wrong_token", post(wrong)))).await;
}
