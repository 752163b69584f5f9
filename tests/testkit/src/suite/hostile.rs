//! Valid bodies and requests that try to do harm.

use serde_json::json;

use super::refusals::assert_problem;
use crate::{Journey, Post, Subject};

/// Accepts JSON nested 10,000 levels deep as an event of kind `unknown`.
pub async fn deep_json(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let arrays = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    for body in [subject.unknown(&arrays), subject.unknown(&objects)] {
        let message = journey.accepted(&subject.post(body.clone())).await.json();
        assert_eq!((&message["data"]["kind"], &message["data"]["original"]["body"]), (&json!("unknown"), &json!(body)));
    }
    let bare = [arrays, objects].into_iter().filter(|_| subject.mandatory().is_none());
    for body in bare {
        let message = journey.accepted(&subject.post(body)).await.json();
        assert_eq!(message["data"]["kind"], "unknown");
    }
    let open = journey.deliver(&subject.post("[".repeat(100_000))).await;
    assert_problem(&open.answer, 400, None);
    assert_eq!(journey.quarantine.receive_all().await.len(), 1);
    journey.accepted(&subject.post(subject.message("still here"))).await;
}

/// Accepts unpaired surrogates and every character that SQS rejects: the text arrives and the body is preserved.
pub async fn odd_characters(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let cases = [
        ("half \\ud83d", "half \u{fffd}"),
        ("\\ude00 half", "\u{fffd} half"),
        ("\\ud83d\\ude00 whole", "\u{1f600} whole"),
        ("\\\\ud83d", "\\ud83d"),
        ("a\\u0000\\u0001\\u001f\\u007fb", "a\0\u{1}\u{1f}\u{7f}b"),
        ("a\\ufffe\\uffffb", "a\u{fffe}\u{ffff}b"),
        ("a\u{fffe}\u{ffff}\u{7f}\u{85}\u{1fffe}b", "a\u{fffe}\u{ffff}\u{7f}\u{85}\u{1fffe}b"),
        ("\u{feff}\u{202e}\u{2028} e\u{301}", "\u{feff}\u{202e}\u{2028} e\u{301}"),
        ("line\\r\\n\\ttab \\/ \\b\\f", "line\r\n\ttab / \u{8}\u{c}"),
    ];
    for (written, read) in cases {
        let body = subject.message(written);
        let stored = journey.accepted(&subject.post(body.clone())).await;
        let event = stored.json();
        assert_eq!(event["data"]["message"]["text"], read, "{written}");
        assert_eq!(event["data"]["original"]["body"], body);
        let rejected = |character: char| matches!(character, '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}');
        assert!(!stored.body.contains(rejected), "{}", stored.body);
    }
    // A byte order mark is part of the body and does not make it invalid.
    let body = format!("\u{feff}{}", subject.message("marked"));
    let event = journey.accepted(&subject.post(body.clone())).await.json();
    assert_eq!((&event["data"]["message"]["text"], &event["data"]["original"]["body"]), (&json!("marked"), &json!(body)));
}

/// Accepts a valid body despite a query that is not a valid URI, or headers that HTTP does not allow.
pub async fn odd_requests(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let good = subject.post(subject.message("hello"));
    let queried = Post { query: "a=<\"&b= %zz".to_owned(), ..good.clone() };
    for post in [
        queried,
        good.clone().with("host", "two words"),
        good.clone().with("host", ""),
        good.clone().with("x-odd", "Zo\u{eb}\0\r\n"),
        good.clone().with("x name", "a space in a name"),
        good.clone().with("content-type", "text/plain; charset=\"latin-1"),
        good.clone().with("content-length", "minus one"),
        good.clone().with("content-encoding", "gzip"),
    ] {
        journey.accepted(&post).await;
    }
    // The header name in another case, as a trigger might send it in the future.
    let proof = good.header(subject.header()).expect("a proof").to_owned();
    let mut shouted = good.clone();
    shouted.headers.retain(|(name, _)| name != subject.header());
    journey.accepted(&shouted.with(&subject.header().to_uppercase(), proof)).await;
    // An event that is not an HTTP event fails without affecting the next one.
    for event in ["null", "[]", "\"text\"", "{\"headers\":{\"a\":1}}", "{\"body\":[]}"] {
        assert!(journey.function.invoke(event.as_bytes().to_vec()).await.outcome.is_err(), "{event}");
    }
    journey.accepted(&good).await;
    journey.assert_nothing_queued().await;
}
