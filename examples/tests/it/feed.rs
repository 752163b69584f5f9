//! Real events: requests from Kommo, passed through the pipeline of its function into the queue.

use serde_json::{Value, json};
use shared::connection::Connection;
use shared::http_event::HttpEvent;
use shared::ingest::Ingest;
use shared::queue::sqs::Sqs;
use shared::route::Prefix;
use shared::settings::Settings;
use testkit::{Post, Queue, demo_env, proof, samples};
use tokio::time::Instant;

/// Returns an event in three other versions: of CloudEvents, of `data`, and from before `dataschema` existed.
pub(crate) fn of_other_versions(json: &str) -> [String; 3] {
    let event: Value = serde_json::from_str(json).expect("an event");
    [("specversion", json!("2.0")), ("dataschema", json!("urn:chathooks:data:2")), ("dataschema", Value::Null)].map(|(member, value)| {
        let mut other = event.clone();
        let object = other.as_object_mut().expect("an object");
        object.insert(member.to_owned(), value.clone());
        if value.is_null() {
            object.remove(member);
        }
        other.to_string()
    })
}

/// Sends Kommo's events to one queue.
pub(crate) struct Feed {
    ingest: Ingest<Sqs>,
}

impl Feed {
    pub(crate) async fn new(queue: &Queue) -> Self {
        let own = [
            ("QUEUE_URL", queue.url()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("ACK_BUDGET_MS", "20000"),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let all: Vec<(String, String)> = own.into_iter().chain(demo_env()).collect();
        let settings = Settings::new(move |name| all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
        let endpoints = kommo::PROVIDER.endpoints(&settings).expect("the demo settings");
        let sqs = Sqs::open(&Connection::open(&settings, |_| ()).expect("credentials"), &settings).expect("a queue");
        Self { ingest: Ingest::new(endpoints, sqs, Prefix::Optional, &settings).expect("settings") }
    }

    /// Sends a sample from `events/kommo/`, and returns the event ID.
    pub(crate) async fn sample(&self, name: &str) -> String {
        let sample = samples("kommo").into_iter().find(|sample| sample.name == name).expect("a sample");
        self.post(&Post::of(&sample), None).await
    }

    /// Sends a text, and returns the event ID.
    pub(crate) async fn text(&self, conversation: &str, text: &str) -> String {
        self.traced_text(conversation, text, None).await
    }

    /// Sends a text in a request to which Lambda adds this X-Ray header, and returns the event ID.
    pub(crate) async fn traced_text(&self, conversation: &str, text: &str, trace: Option<&str>) -> String {
        let message = json!({"id": format!("{conversation}-{text}"), "type": "text", "text": text});
        let body = json!({"message": {"conversation": {"id": conversation}, "message": message}}).to_string();
        let (_, secret) = demo_env().into_iter().find(|(name, _)| name == "KOMMO_SECRET").expect("a demo secret");
        let signature = proof::hmac_sha1(&secret, body.as_bytes());
        self.post(&Post::new("/kommo/shop", body).with("x-signature", signature), trace).await
    }

    async fn post(&self, post: &Post, trace: Option<&str>) -> String {
        let event: HttpEvent = serde_json::from_value(post.event()).expect("an event");
        let delivery = self.ingest.receive(&event.into_received("r".to_owned(), trace.map(str::to_owned)), Instant::now()).await;
        assert_eq!(delivery.answer.status, 200, "{delivery:?}");
        delivery.details.event_ids[0].clone()
    }
}
