//! Two sending platforms: Kommo with one message per request, Kommunicate with three messages from three conversations.

use serde_json::json;
use testkit::{Answer, FaultySqs, Function, Post, Queue, binary, demo_env, proof};

/// The number of concurrent conversations.
const CONVERSATIONS: usize = 9;

/// A platform and the function that it sends to.
pub(crate) struct Sender {
    function: Function,
    secret: String,
    platform: Platform,
}

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Kommo,
    Kommunicate,
}

/// A message, as its sender describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The platform's message ID.
    pub(crate) id: String,
    /// The message's conversation.
    pub(crate) conversation: String,
}

impl Sender {
    pub(crate) async fn start(platform: Platform, sqs: &FaultySqs, queue: &Queue) -> Self {
        let (function, keyring) = match platform {
            Platform::Kommo => ("kommo", "KOMMO_SECRET"),
            Platform::Kommunicate => ("kommunicate", "KOMMUNICATE_TOKEN"),
        };
        let secret = demo_env().into_iter().find(|(name, _)| name == keyring).expect("a demo secret").1;
        let settings = [("QUEUE_URL", sqs.queue_url(queue)), (keyring, secret.clone()), ("ACK_BUDGET_MS", "3000".to_owned())];
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        Self { function: Function::start(&binary(function), &settings).await, secret, platform }
    }

    /// Invokes the function as if X-Ray were off.
    pub(crate) fn turn_tracing_off(&self) {
        self.function.api().turn_tracing_off();
    }

    /// Sends this many messages, one request at a time, and returns the acknowledged ones in order.
    ///
    /// # Panics
    /// If a status is neither 200 nor 503.
    pub(crate) async fn send(&self, count: usize) -> Vec<Sent> {
        let messages: Vec<Sent> = (0..count).map(|number| self.message(number)).collect();
        let together = if self.platform == Platform::Kommo { 1 } else { 3 };
        let mut acknowledged = Vec::new();
        for messages in messages.chunks(together) {
            let answer = self.function.invoke_http(&self.post(messages).event()).await;
            match answer.status {
                200 => acknowledged.extend_from_slice(messages),
                503 => {}
                status => panic!("{status}: {}", answer.text()),
            }
        }
        acknowledged
    }

    /// Sends one message, which must be acknowledged.
    pub(crate) async fn send_one(&self) -> Answer {
        let answer = self.function.invoke_http(&self.post(&[self.message(0)]).event()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    fn message(&self, number: usize) -> Sent {
        let name = format!("{:?}", self.platform).to_lowercase();
        Sent { id: format!("{name}-message-{number}"), conversation: format!("{name}-{}", number % CONVERSATIONS) }
    }

    fn post(&self, messages: &[Sent]) -> Post {
        match self.platform {
            Platform::Kommo => {
                let Sent { id, conversation } = &messages[0];
                let body = json!({"account_id": "a", "time": 1_795_006_137, "message": {
                    "conversation": {"id": conversation}, "sender": {"id": "s"}, "receiver": {"id": "r"},
                    "timestamp": 1_795_006_137, "msec_timestamp": 1_795_006_137_000_u64,
                    "message": {"id": id, "type": "text", "text": "Grüße 😀"},
                }});
                let post = Post::new("/kommo/shop_a", body.to_string());
                let proof = proof::hmac_sha1(&self.secret, &post.body);
                post.with("x-signature", proof)
            }
            Platform::Kommunicate => {
                let message =
                    |Sent { id, conversation }: &Sent| json!({"key": id, "from": "ana", "groupId": conversation, "message": "hello"});
                let body = messages.iter().map(message).collect::<Vec<_>>();
                Post::new("/kommunicate/shop", json!(body).to_string()).with("authentication", proof::basic(&self.secret))
            }
        }
    }
}
