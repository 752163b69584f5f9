//! Data that must not appear in any log line, response, attribute or group id, whatever the outcome of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::samples;
use crate::{Answer, Delivered, Journey, Post, Sample, Sqs, StoredMessage, Subject, demo_env, emf};

/// A number that no clock, id or counter of a test reaches. It consists of digits, which survive the
/// normalization of phone numbers.
const CANARY: &str = "482915730648217";

/// Members that determine a body's shape; a canary in one of them would test another shape.
const SHAPE: [&str; 8] = ["type", "status", "event", "object", "template_type", "_v", "content_type", "field"];

/// Plants a canary in everything that a stranger or a provider writes, covers every outcome of a request, and searches all
/// responses, everything printed, and all of each message except the event's data.
pub async fn nothing_private_is_written(subject: &Subject) {
    let gone = Journey::start(subject, &[]).await.queue.url().to_owned() + "-gone";
    let queued = Journey::start(subject, &[]).await;
    let failing = Journey::start(subject, &[("QUEUE_URL", &gone), ("QUARANTINE_QUEUE_URL", &gone)]).await;
    let mut sweep = Sweep::new();
    let all = crate::samples(subject.provider.name);
    let bodies: Vec<String> = samples::of(subject, &all).into_iter().filter_map(planted).collect();
    assert!(!bodies.is_empty(), "a sample in JSON");
    for (journey, accepted, malformed) in [(&queued, 200, 400), (&failing, 503, 503)] {
        for body in &bodies {
            let good = with_canaries(subject.post(body.clone()));
            sweep.private.extend(good.header(subject.header()).map(str::to_owned));
            sweep.see(accepted, journey.deliver(&good).await);
            for wrong in wrong_proofs(subject, &good) {
                sweep.see(401, journey.deliver(&wrong).await);
            }
            let broken = with_canaries(subject.post(body[..body.len() - 1].to_owned()));
            sweep.private.extend(broken.header(subject.header()).map(str::to_owned));
            sweep.see(malformed, journey.deliver(&broken).await);
        }
        let good = with_canaries(subject.post(bodies[0].clone()));
        sweep.see(404, journey.deliver(&Post { path: format!("/{CANARY}{}/{CANARY}", good.path), ..good.clone() }).await);
        sweep.see(405, journey.deliver(&good.clone().by("PUT")).await);
        sweep.see(413, journey.deliver(&with_canaries(subject.post(CANARY.repeat(80_000)))).await);
        // An event that is not an HTTP event fails; the error must not quote the input.
        for event in [format!("{{\"body\":{CANARY}}}"), format!("{{\"headers\":\"{CANARY}\"}}"), format!("\"{CANARY}\""), CANARY.to_owned()]
        {
            let error = journey.function.invoke(event.into_bytes()).await.outcome.expect_err("an error");
            sweep.texts.push(error.to_string());
        }
        sweep.texts.extend(journey.quarantine.receive_all().await.iter().map(StoredMessage::around_data));
    }
    let mut counted = 0.0;
    for journey in [queued, failing] {
        let lines = journey.function.stop();
        counted += emf::all(&lines).iter().map(|metrics| metrics["Received"]).sum::<f64>();
        sweep.texts.extend(lines);
    }
    // Every request is counted by one line, whatever its outcome.
    assert_eq!(counted, sweep.answers as f64);
    sweep.assert_silent();
}

/// Texts that identify a person, each with the parts of it that must not appear outside the event's data.
const PERSON: [(&str, &[&str]); 3] = [
    ("+49 157 3064-8217", &["4915730648217", "3064-8217"]),
    ("canary@example.com", &["canary", "example.com"]),
    ("Canary of Example Street", &["Canary", "Example", "Street"]),
];

/// Replaces every text of every sample with a phone number, an e-mail address and a name in turn, then checks what SQS
/// shows of a message besides its body, and the event's context attributes. Wherever these derive from such a text,
/// they must be digests.
pub async fn nobody_is_named_around_the_data(subject: &Subject) {
    let ordered = Sqs::start().create_fifo_queue(&format!("{}-person", subject.provider.name)).await;
    let journeys = [Journey::start(subject, &[]).await, Journey::start_with(subject, ordered, &[]).await];
    let all = crate::samples(subject.provider.name);
    let (mut seen, mut in_conversations, mut by_text) = (0, 0, false);
    for sample in samples::of(subject, &all) {
        let Ok(body) = serde_json::from_slice::<Value>(&sample.body) else { continue };
        // A conversation whose id is a number in the body has no text to replace.
        let delivered = journeys[0].deliver(&subject.post(body.to_string())).await;
        by_text |= delivered.messages.iter().any(|message| match &message.json()["data"]["conversation"] {
            Value::String(name) => body.to_string().contains(&json!(name).to_string()),
            _ => false,
        });
        for (person, private) in PERSON {
            let mut body = body.clone();
            change_texts(&mut body, &|text| person.clone_into(text));
            for journey in &journeys {
                let delivered = journey.deliver(&subject.post(body.to_string())).await;
                assert_eq!(delivered.answer.status, 200, "{}: {}", sample.name, delivered.answer.text());
                for message in &delivered.messages {
                    let around = message.around_data();
                    for part in private {
                        assert!(!around.contains(part), "{}: {part:?} is in {around}", sample.name);
                    }
                    seen += 1;
                    let conversation = message.json()["data"]["conversation"].as_str().map(str::to_owned);
                    in_conversations += usize::from(conversation.is_some_and(|name| private.iter().any(|part| name.contains(part))));
                    assert_eq!(message.system.contains_key("MessageDeduplicationId"), delivered.is_fifo);
                }
            }
        }
    }
    assert!(seen > 0 && (in_conversations > 0) == by_text, "{seen} messages, {in_conversations} conversations identified by a person");
}

/// Everything that was written, and the values that must not appear in it.
struct Sweep {
    private: Vec<String>,
    texts: Vec<String>,
    answers: usize,
}

impl Sweep {
    fn new() -> Self {
        let mut private: Vec<String> = demo_env().into_iter().flat_map(|(_, secret)| [STANDARD.encode(&secret), secret]).collect();
        private.extend([CANARY.to_owned(), STANDARD.encode(CANARY), STANDARD.encode(format!("user:{CANARY}"))]);
        Self { private, texts: Vec::new(), answers: 0 }
    }

    fn see(&mut self, status: u16, Delivered { answer, messages, .. }: Delivered) {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(messages.is_empty(), status != 200, "{messages:?}");
        self.answers += 1;
        self.texts.push(written(&answer));
        self.texts.extend(messages.iter().map(StoredMessage::around_data));
    }

    fn assert_silent(&self) {
        for text in &self.texts {
            for part in &self.private {
                assert!(!text.contains(part.as_str()), "{part:?} is in {text}");
            }
        }
    }
}

fn with_canaries(post: Post) -> Post {
    let mut post = post.with("x-forwarded-for", CANARY).with("user-agent", CANARY).with("cookie", format!("session={CANARY}"));
    post.query = format!("token={CANARY}");
    post
}

/// Returns the same request with invalid proofs, and with a path that must not be logged.
fn wrong_proofs(subject: &Subject, good: &Post) -> Vec<Post> {
    let path = subject.path(CANARY);
    let proof = good.header(subject.header()).unwrap_or_default();
    let headers = [CANARY.to_owned(), format!("Basic {}", STANDARD.encode(format!("user:{CANARY}"))), format!("{proof}{CANARY}")];
    headers.map(|header| Post { path: path.clone(), ..good.clone() }.with(subject.header(), header)).into()
}

/// Returns a sample's body with a canary in every string and number, and an additional canary member in every object.
/// Returns `None` if strict parsers reject the sample.
fn planted(sample: &Sample) -> Option<String> {
    let mut body: Value = serde_json::from_slice(&sample.body).ok()?;
    plant(&mut body);
    Some(body.to_string())
}

fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| !SHAPE.contains(&name.as_str())).for_each(|(_, value)| plant(value));
            members.insert(format!("anna_{CANARY}.example.com"), json!({CANARY: CANARY}));
        }
        Value::Array(values) => values.iter_mut().for_each(plant),
        Value::String(text) => text.push_str(CANARY),
        Value::Number(number) => *number = CANARY.parse().expect("a number"),
        _ => {}
    }
}

/// Changes every string except those that determine the shape.
fn change_texts(value: &mut Value, change: &impl Fn(&mut String)) {
    match value {
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| !SHAPE.contains(&name.as_str())).for_each(|(_, value)| change_texts(value, change));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| change_texts(value, change)),
        Value::String(text) => change(text),
        _ => {}
    }
}

fn written(answer: &Answer) -> String {
    format!("{:?} {}", answer.headers, answer.text())
}
