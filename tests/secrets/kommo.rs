//! Kommo's function with its keyring in Secrets Manager, which a test can break.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, FailedStart, FaultySqs, Function, Post, Queue, Sqs, StoredSecret, binary, proof};

/// How long a test may wait for a keyring to be read.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running function, and its secret.
pub(crate) struct Kommo {
    pub(crate) function: Function,
    pub(crate) secret: StoredSecret,
    pub(crate) manager: FaultySqs,
}

/// What a function has to know to start.
pub(crate) struct Place {
    pub(crate) manager: FaultySqs,
    pub(crate) arn: String,
    queue: Queue,
}

/// What an operator puts into Secrets Manager: accepted secrets, newest first.
pub(crate) fn keyring(secrets: &[&str]) -> String {
    json!({"*": secrets}).to_string()
}

impl Place {
    pub(crate) async fn of(arn: &str) -> Self {
        let sqs = Sqs::start();
        Self { manager: FaultySqs::start(&sqs.endpoint()).await, arn: arn.to_owned(), queue: sqs.create_queue("kommo").await }
    }

    pub(crate) async fn start(&self, settings: &[(&str, &str)]) -> Function {
        self.with(settings, async |env: &[(&str, &str)]| Function::start(&binary("kommo"), env).await).await
    }

    pub(crate) async fn fail(&self, settings: &[(&str, &str)]) -> FailedStart {
        self.with(settings, async |env: &[(&str, &str)]| Function::start_expecting_failure(&binary("kommo"), env).await).await
    }

    async fn with<T>(&self, settings: &[(&str, &str)], start: impl AsyncFnOnce(&[(&str, &str)]) -> T) -> T {
        let endpoint = self.manager.endpoint();
        let mut env = vec![
            ("QUEUE_URL", self.queue.url()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint),
            ("KOMMO_SECRET_ARN", &self.arn),
            ("ACK_BUDGET_MS", "20000"),
        ];
        env.extend(settings);
        start(&env).await
    }
}

impl Kommo {
    pub(crate) async fn start(secrets: &[&str], settings: &[(&str, &str)]) -> Self {
        let secret = StoredSecret::create(&keyring(secrets)).await;
        let place = Place::of(secret.arn()).await;
        Self { function: place.start(settings).await, secret, manager: place.manager }
    }

    /// Another process that reads the same secret through an endpoint of its own.
    pub(crate) async fn another(&self, settings: &[(&str, &str)]) -> Self {
        let place = Place::of(self.secret.arn()).await;
        Self { function: place.start(settings).await, secret: self.secret.clone(), manager: place.manager }
    }

    /// Sends a message that is signed by this secret.
    pub(crate) async fn send(&self, secret: &str) -> Answer {
        self.post(signed(secret)).await
    }

    pub(crate) async fn post(&self, post: Post) -> Answer {
        self.function.invoke_http(&post.event()).await
    }

    /// The log line of a delivery.
    pub(crate) async fn log(&self, answer: &Answer) -> Value {
        serde_json::from_str(&self.function.log_with(&answer.request_id).await).expect("a log line in JSON")
    }

    /// How often Secrets Manager was asked.
    pub(crate) fn reads(&self) -> usize {
        self.manager.requests().len()
    }

    /// Sends by this secret until Secrets Manager has been asked so often, and gives the last answer: the one for
    /// which it was asked.
    pub(crate) async fn send_until_read(&self, secret: &str, reads: usize) -> Answer {
        let last = async {
            loop {
                let answer = self.send(secret).await;
                if self.reads() >= reads {
                    return answer;
                }
            }
        };
        in_time(last).await
    }

    /// The first line of a failed refresh.
    pub(crate) async fn refresh_failure(&self) -> Value {
        serde_json::from_str(&self.function.log_with("could not be refreshed").await).expect("a log line in JSON")
    }

    /// Ends the function; none of these stands in anything that it printed.
    pub(crate) fn stop_silently(self, private: &[&str]) {
        for line in self.function.stop() {
            assert!(private.iter().all(|part| !line.contains(part)), "{line}");
        }
    }
}

/// Waits for what repeats a request until its answer changes.
///
/// # Panics
/// When that has not happened after 60 s.
pub(crate) async fn in_time<T>(change: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, change).await.expect("a keyring that is read again")
}

/// A message that is signed by this secret.
pub(crate) fn signed(secret: &str) -> Post {
    let body = json!({"message": {"message": {"type": "text", "text": "hello"}}}).to_string();
    let post = Post::new("/kommo/shop", body);
    let signature = proof::hmac_sha1(secret, &post.body);
    post.with("x-signature", signature)
}
