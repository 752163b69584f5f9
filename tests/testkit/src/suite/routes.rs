//! Which paths and methods each webhook accepts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::refusals::{assert_problem, refused_log};
use crate::{Journey, Post, Subject, contract, paths};

/// Returns 404 for paths that merely resemble the provider's, before any other check.
pub async fn unknown(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let paths = look_alikes(subject);
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        for method in ["POST", "GET"] {
            let post = Post { path: path.clone(), ..subject.post("{}") }.by(method);
            let answer = journey.deliver(&post).await.answer;
            assert_eq!(answer.status, 404, "{path}");
            assert_problem(&answer, 404, None);
            let log = refused_log(&journey, &post, &answer).await;
            assert_eq!((&log["reason"], &log["Rejected"], &log["Refused"]), (&json!("not_found"), &json!(1.0), &Value::Null), "{log}");
        }
    }
    journey.assert_nothing_queued().await;
}

/// A known path accepts only POST, except for a handshake.
pub async fn other_methods(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let methods = ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "post"];
    for method in methods.into_iter().filter(|method| *method != "GET" || subject.webhook.handshake.is_none()) {
        let post = subject.post("{}").by(method);
        let answer = journey.deliver(&post).await.answer;
        assert_problem(&answer, 405, Some(("allow", "POST")));
        let log = refused_log(&journey, &post, &answer).await;
        let counted = (&log["reason"], &log["Rejected"], &log["Refused"]);
        assert_eq!(counted, (&json!("method_not_allowed"), &json!(1.0), &Value::Null), "{log}");
    }
    journey.assert_nothing_queued().await;
}

/// Every path leads to its webhook and channel, with or without the provider's name, with or without a trailing slash.
pub async fn known(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    for pattern in subject.webhook.paths {
        let channel = pattern.contains('{').then_some("my shop");
        let path = paths::filled(pattern, "my%20shop");
        let unnamed = path.strip_prefix(&format!("/{}", subject.provider.name)).expect("the provider's name first");
        for path in [path.clone(), path.clone() + "/", if unnamed.is_empty() { "/".to_owned() } else { unnamed.to_owned() }] {
            let delivered = journey.deliver(&subject.post_by(&subject.demo_secret(), &path, subject.message("hi"))).await;
            assert_eq!((delivered.answer.status, delivered.messages.len()), (200, 1), "{path}: {}", delivered.answer.text());
            contract::check_event(subject, &delivered.messages[0].json(), channel);
        }
    }
}

/// Accepts the base path before every path.
pub async fn below_a_base_path(subject: &Subject) {
    for base in ["/hooks", "/hooks/", "/a/b"] {
        let journey = Journey::start(subject, &[("BASE_PATH", base)]).await;
        let at = |path: &str| Post { path: path.to_owned(), ..subject.post(subject.message("hi")) };
        let (base, path) = (base.trim_end_matches('/'), subject.path("shop"));
        for path in [format!("{base}{path}"), path.clone()] {
            let event = journey.accepted(&at(&path)).await.json();
            contract::check_event(subject, &event, Some("shop"));
        }
        for path in [format!("{base}x{path}"), format!("{base}/{base}{path}"), format!("{base}{base}{path}")] {
            assert_problem(&journey.deliver(&at(&path)).await.answer, 404, None);
        }
    }
}

/// Returns paths that resemble the provider's but are not among them: truncated, extended, or with a
/// segment replaced or left out.
fn look_alikes(subject: &Subject) -> BTreeSet<String> {
    let name = subject.provider.name;
    let own: Vec<String> =
        subject.provider.webhooks.iter().flat_map(|webhook| webhook.paths).map(|path| paths::filled(path, "shop")).collect();
    let words: BTreeSet<&str> = own.iter().flat_map(|path| path.split('/')).chain(["another"]).filter(|word| !word.is_empty()).collect();
    let mut near: BTreeSet<String> = ["", "shop", "/another/shop/more", "/favicon.ico/x", "/", "//"].map(str::to_owned).into();
    for path in &own {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let joined = |segments: &[&str]| format!("/{}", segments.join("/"));
        for index in 0..segments.len() {
            near.insert(joined(&segments[..index]));
            near.insert(joined(&segments[..index]) + "/");
            near.insert(joined(&[&segments[..index], &segments[index + 1..]].concat()));
            for word in &words {
                near.insert(joined(&[&segments[..index], &[*word], &segments[index + 1..]].concat()));
            }
        }
        near.extend([format!("{path}/more/more"), format!("{path}//"), format!("/{path}")]);
        near.extend(path.contains("/shop").then(|| path[1..].to_owned()));
        near.insert(path.replacen('/', "//", 2));
        near.insert(path.replacen(name, &(name[..1].to_uppercase() + &name[1..]), 1) + "/");
        near.extend(path.contains("/shop").then(|| path.replacen("/shop", "//shop", 1)));
        near.extend(path.contains("/shop").then(|| path.replacen("/shop", "/%ff", 1)));
    }
    near.retain(|path| path.contains("%ff") || paths::find(subject.provider, path).is_none());
    near
}
