//! What the log and the metrics tell, and what they do not.

use serde_json::{Value, json};

use crate::{Fault, FaultySqs, Journey, Sqs, Subject, emf};

/// A shape that nobody knows is told by its field names, and none of its values; names that are data are not told.
pub async fn unknown_shape(subject: &Subject) {
    let journey = Journey::start(subject, &[]).await;
    let body =
        subject.unknown(r#"{"+730648217":"hush","ada@example.com":1,"new_field":{"deep":"hush"}},"730-648-217":{"730648217":"hush"}"#);
    let answer = journey.deliver(&subject.post(body)).await.answer;
    let log = journey.log(&answer).await;
    assert_eq!((answer.status, &log["kind"], &log["UnknownShape"]), (200, &json!("unknown"), &json!(1.0)), "{log}");
    let names: Vec<&str> = log["fields"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
    let expected = ["?", "?.?", "x", "x.?", "x.new_field"];
    assert_eq!(names.into_iter().filter(|name| !name.starts_with("from")).collect::<Vec<_>>(), expected, "{log}");
    let line = log.to_string();
    for private in ["hush", "730648217", "730-648-217", "ada@", "deep"] {
        assert!(!line.contains(private), "{private} is in {line}");
    }
    // What is known has no such list.
    let answer = journey.deliver(&subject.post((subject.message)("hello"))).await.answer;
    assert_eq!(journey.log(&answer).await["fields"], Value::Null);
}

/// Every line is in the embedded metric format, in the namespace that the settings name; one setting turns them off.
pub async fn metrics(subject: &Subject) {
    let upstream = Sqs::start();
    let (queue, fallback) = (upstream.create_queue(subject.provider).await, upstream.create_queue("fallback").await);
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
        let post = subject.post((subject.message)("hello"));
        for (post, status) in [(post.clone(), 200), (post.clone(), 200), (post.with(subject.header, "wrong"), 401)] {
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
