//! What no log line and no answer may hold, whatever becomes of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::{Answer, Journey, Post, Sample, Subject, demo_env, emf};

/// A number that no clock, id or counter of a test comes to; digits alone survive a phone number's clean-up.
const CANARY: &str = "482915730648217";

/// Members that tell which shape a body has: a canary in there would test another shape.
const SHAPE: [&str; 7] = ["type", "status", "event", "object", "template_type", "_v", "content_type"];

/// Plants a canary in everything that a stranger or a provider writes, goes every way that a request can
/// go, and searches all answers and all that was printed.
pub async fn sweep(subject: &Subject, samples: &[Sample]) {
    let gone = Journey::start(subject, &[]).await.queue.url().to_owned() + "-gone";
    let queued = Journey::start(subject, &[]).await;
    let failing = Journey::start(subject, &[("QUEUE_URL", &gone), ("QUARANTINE_QUEUE_URL", &gone)]).await;
    let mut private: Vec<String> = demo_env().into_iter().flat_map(|(_, secret)| [STANDARD.encode(&secret), secret]).collect();
    private.extend([CANARY.to_owned(), STANDARD.encode(CANARY), STANDARD.encode(format!("user:{CANARY}"))]);

    let mut seen = Vec::new();
    for (journey, accepted, malformed) in [(&queued, 200, 400), (&failing, 503, 503)] {
        for sample in samples {
            let body = planted(sample);
            let good = with_canaries(subject.post(body.clone()));
            private.extend(good.header(subject.header).map(str::to_owned));
            seen.push((accepted, journey.deliver(&good).await.answer));
            for wrong in wrong_proofs(subject, &good) {
                seen.push((401, journey.deliver(&wrong).await.answer));
            }
            let broken = with_canaries(subject.post(body[..body.len() - 1].to_owned()));
            private.extend(broken.header(subject.header).map(str::to_owned));
            seen.push((malformed, journey.deliver(&broken).await.answer));
            let elsewhere = format!("/{CANARY}{}/{CANARY}", good.path);
            seen.push((404, journey.deliver(&Post { path: elsewhere, ..good.clone() }).await.answer));
            seen.push((405, journey.deliver(&good.clone().by("PUT")).await.answer));
            seen.push((413, journey.deliver(&with_canaries(subject.post(CANARY.repeat(80_000)))).await.answer));
        }
        // What is no HTTP event is answered by the runtime: it must not quote what it cannot read.
        for event in [format!("{{\"body\":{CANARY}}}"), format!("{{\"headers\":\"{CANARY}\"}}"), format!("\"{CANARY}\""), CANARY.to_owned()]
        {
            journey.function.invoke(event.into_bytes()).await;
        }
    }
    for (status, answer) in &seen {
        assert_eq!(answer.status, *status, "{}", answer.text());
        assert_silent(&written(answer), &private);
    }
    let mut counted = 0.0;
    for journey in [queued, failing] {
        let lines = journey.function.stop();
        counted += emf::all(&lines).iter().map(|metrics| metrics["Received"]).sum::<f64>();
        for line in lines {
            assert_silent(&line, &private);
        }
    }
    // Whatever becomes of a request, a line counts it.
    assert_eq!(counted, seen.len() as f64);
}

fn with_canaries(post: Post) -> Post {
    let mut post = post.with("x-forwarded-for", CANARY).with("user-agent", CANARY).with("cookie", format!("session={CANARY}"));
    post.query = format!("token={CANARY}");
    post
}

/// The same request with proofs that are wrong, to a path that is nobody's business.
fn wrong_proofs(subject: &Subject, good: &Post) -> Vec<Post> {
    let path = subject.path(CANARY);
    let proof = good.header(subject.header).unwrap_or_default();
    let headers = [CANARY.to_owned(), format!("Basic {}", STANDARD.encode(format!("user:{CANARY}"))), format!("{proof}{CANARY}")];
    headers.map(|header| Post { path: path.clone(), ..good.clone() }.with(subject.header, header)).into()
}

/// A sample's body with a canary in each text and each number.
fn planted(sample: &Sample) -> String {
    let mut body: Value = serde_json::from_slice(&sample.body).unwrap_or_else(|error| panic!("{}: {error}", sample.name));
    plant(&mut body);
    body.to_string()
}

fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| !SHAPE.contains(&name.as_str())).for_each(|(_, value)| plant(value))
        }
        Value::Array(values) => values.iter_mut().for_each(plant),
        Value::String(text) => text.push_str(CANARY),
        Value::Number(number) => *number = CANARY.parse().expect("a number"),
        _ => {}
    }
}

fn written(answer: &Answer) -> String {
    format!("{:?} {}", answer.headers, answer.text())
}

fn assert_silent(text: &str, private: &[String]) {
    for part in private {
        assert!(!text.contains(part.as_str()), "{part:?} is in {text}");
    }
}
