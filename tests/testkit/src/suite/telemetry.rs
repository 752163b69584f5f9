//! What the logs and metrics contain, and what they must not contain.

use serde_json::{Value, json};
use shared::event::Kind;

use crate::pipeline::apart;
use crate::{Fault, FaultySqs, Journey, Pipeline, Sqs, Subject, emf};

/// Logs the member names of an unknown shape but none of its values. Names that are not in the provider's vocabulary
/// are only counted.
pub async fn unknown_shape(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let (word, body) = unknown_with_a_known_name(subject);
    let answer = journey.deliver(&subject.post(body)).await.answer;
    let log = journey.log(&answer).await;
    assert_eq!((answer.status, &log["kind"], &log["UnknownShape"]), (200, &json!("unknown"), &json!(1.0)), "{log}");
    let mut names = vec![word.to_owned(), format!("{word}.{word}")];
    let mandatory = subject.mandatory().unwrap_or_default();
    names.extend((0..mandatory.len()).map(|depth| mandatory[..=depth].join(".")));
    names.sort();
    names.dedup();
    assert_eq!(log["fields"], json!(names), "{log}");
    assert_eq!(log["other_fields"], 6, "{log}");
    let line = log.to_string();
    for private in ["hush", "730648217", "730-648-217", "ada@", "anna", "deep", "55512"] {
        assert!(!line.contains(private), "{private} is in {line}");
    }
    // A known shape has no such list.
    let answer = journey.deliver(&subject.post(subject.message("hello"))).await.answer;
    let log = journey.log(&answer).await;
    assert_eq!((&log["fields"], &log["other_fields"], &log["UnknownShape"]), (&Value::Null, &Value::Null, &Value::Null));
}

/// Returns a word from the provider's vocabulary, and a body of an unknown shape that contains it. Six other names
/// are private.
fn unknown_with_a_known_name(subject: &Subject) -> (&'static str, String) {
    let mandatory = subject.mandatory().unwrap_or_default();
    let private = r#""730-648-217":{"730648217":"hush"},"anna.schmidt_example.com":{"+730648217":1}"#;
    let words = subject.provider.vocabulary.iter().filter(|word| !mandatory.contains(word));
    let bodies = words.map(|word| {
        let known = format!(r#""{word}":{{"{word}":{{"deep":"hush"}},"+1 202":{{"55512":1}},"ada@example.com":"hush"}}"#);
        (*word, subject.object(&format!("{known},{private}")))
    });
    apart(|| {
        let (pipeline, path) = (Pipeline::new(subject.provider), subject.path("shop"));
        let is_unknown = |(_, body): &(&str, String)| {
            let events = pipeline.events(&path, body.as_bytes());
            matches!(events.as_slice(), [event] if event.data.kind == Kind::Unknown)
        };
        bodies.into_iter().find(is_unknown).expect("a body with a known name that is of an unknown shape")
    })
}

/// Every log line follows the embedded metric format, in the namespace set by the settings; one setting turns metrics off.
pub async fn metrics(subject: &Subject) {
    let upstream = Sqs::start();
    let (queue, fallback) = (upstream.create_queue(subject.provider.name).await, upstream.create_queue("fallback").await);
    let sqs = FaultySqs::start(&upstream.endpoint()).await;
    let url = sqs.queue_url(&queue);
    for (disabled, expected) in [("", 3), ("true", 0)] {
        let settings = [
            ("QUEUE_URL", url.as_str()),
            ("FALLBACK_QUEUE_URL", fallback.url()),
            ("POWERTOOLS_METRICS_NAMESPACE", "Our/Chat"),
            ("POWERTOOLS_SERVICE_NAME", "our-service"),
            ("POWERTOOLS_METRICS_DISABLED", disabled),
        ];
        let journey = Journey::start(subject, &settings).await;
        sqs.script([Fault::Pass, Fault::Deny]);
        let post = subject.post(subject.message("hello"));
        for (post, status) in [(post.clone(), 200), (post.clone(), 200), (post.with(subject.header(), "wrong"), 401)] {
            assert_eq!(journey.deliver(&post).await.answer.status, status);
        }
        let lines = journey.function.stop();
        let metrics = emf::all(&lines);
        assert_eq!((lines.len(), metrics.len()), (3, expected), "{lines:#?}");
        let named = |line: &&String| line.contains(r#""Namespace":"Our/Chat""#) && line.contains(r#""service":"our-service""#);
        assert_eq!(lines.iter().filter(named).count(), expected, "{lines:#?}");
        if let [queued, fallen_back, refused] = metrics.as_slice() {
            assert_eq!((queued["Accepted"], queued["ColdStart"], queued.get("FallbackUsed")), (1.0, 1.0, None));
            assert_eq!((fallen_back["FallbackUsed"], fallen_back["Enqueued"]), (1.0, 1.0));
            assert_eq!((refused["Refused"], refused.get("Accepted"), refused.get("ColdStart")), (1.0, None, None));
        }
    }
}
