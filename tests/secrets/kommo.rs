//! Kommo's function with its keyring in Secrets Manager, behind an endpoint that a test can break.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, FailedStart, FaultySqs, Function, Post, Queue, Sqs, StoredSecret, binary, proof};

/// How long a test can wait for a keyring refresh.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running function and its secret.
pub(crate) struct Kommo {
    pub(crate) function: Function,
    pub(crate) secret: StoredSecret,
    pub(crate) manager: FaultySqs,
}

/// The environment that a function needs to start.
pub(crate) struct Place {
    pub(crate) manager: FaultySqs,
    pub(crate) arn: String,
    queue: Queue,
}

/// Returns the text that an operator stores in Secrets Manager: accepted secrets, newest first.
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

    /// Starts another process that reads the same secret through its own endpoint.
    pub(crate) async fn another(&self, settings: &[(&str, &str)]) -> Self {
        let place = Place::of(self.secret.arn()).await;
        Self { function: place.start(settings).await, secret: self.secret.clone(), manager: place.manager }
    }

    /// Sends a message signed with this secret.
    pub(crate) async fn send(&self, secret: &str) -> Answer {
        self.post(signed(secret)).await
    }

    pub(crate) async fn post(&self, post: Post) -> Answer {
        self.function.invoke_http(&post.event()).await
    }

    /// Returns the log line of a delivery.
    pub(crate) async fn log(&self, answer: &Answer) -> Value {
        serde_json::from_str(&self.function.log_with(&answer.request_id).await).expect("a log line in JSON")
    }

    /// Returns how many times Secrets Manager was called.
    pub(crate) fn reads(&self) -> usize {
        self.manager.requests().len()
    }

    /// Sends messages signed with this secret until Secrets Manager has been called `reads` times. Returns the
    /// last response, which is the one that caused the call.
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

    /// Waits for the first log line of a failed refresh, and returns it.
    pub(crate) async fn refresh_failure(&self) -> Value {
        serde_json::from_str(&self.function.log_with("could not be refreshed").await).expect("a log line in JSON")
    }

    /// Ends the function and checks that it printed none of these texts.
    pub(crate) fn stop_silently(self, private: &[&str]) {
        for line in self.function.stop() {
            assert!(private.iter().all(|part| !line.contains(part)), "{line}");
        }
    }
}

/// Waits for a future that repeats a request until its outcome changes.
///
/// # Panics
/// If that has not happened after 60 s.
pub(crate) async fn in_time<T>(change: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, change).await.expect("the keyring is refreshed within 60 s")
}

/// Returns a message signed with this secret.
pub(crate) fn signed(secret: &str) -> Post {
    let body = json!({"message": {"message": {"type": "text", "text": "hello"}}}).to_string();
    let post = Post::new("/kommo/shop", body);
    let signature = proof::hmac_sha1(secret, &post.body);
    post.with("x-signature", signature)
}
