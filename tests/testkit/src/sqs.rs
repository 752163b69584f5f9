//! A real SQS server: moto, one for each test process, or the server at the address in `CHATHOOKS_TEST_AWS`, such as
//! LocalStack (`make localstack`). It also serves Secrets Manager.
//!
//! Queues are read and written with plain AWS JSON 1.0 calls, independent of the code that is tested. Known
//! limits of moto: it has no message-move tasks, FIFO deduplication forgets deleted messages, it accepts control
//! characters that AWS rejects, and it is slow with more than about 200 messages in a queue.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use crate::wire::{Headers, Request, call};
use crate::{Queue, workspace};

/// The visibility timeout of the template's queues.
pub const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(900);
/// How many times the template's queue delivers a message before it moves to the dead-letter queue.
pub const MAX_RECEIVES: u32 = 300;
/// The retention period of the template's queues, in seconds: 10 days.
pub const RETENTION: u32 = 864_000;

/// How long moto can take to start (importing it takes a second), and to answer one call.
const PATIENCE: Duration = Duration::from_secs(30);

/// The SQS server of this test process.
#[derive(Debug)]
pub struct Sqs {
    pub(crate) address: String,
    /// `None` for a server started elsewhere. moto exits when its stdin closes, that is, however this process ends.
    moto: Option<Mutex<Moto>>,
}

/// The moto process.
#[derive(Debug)]
struct Moto {
    child: Child,
    lines: Receiver<String>,
}

/// An SQS server for a single test, which controls the server's clock. Everything time-dependent in the server uses
/// that clock.
#[derive(Debug)]
pub struct TimedSqs(Sqs);

impl TimedSqs {
    /// Starts moto.
    ///
    /// # Panics
    /// Like [`Sqs::start`].
    #[must_use]
    pub fn start() -> Self {
        Self(Sqs::launch())
    }

    /// Returns the server.
    #[must_use]
    pub fn sqs(&self) -> &Sqs {
        &self.0
    }

    /// Advances the clock.
    ///
    /// # Panics
    /// If the server does not respond.
    pub fn advance(&self, time: Duration) {
        self.0.command(&format!("advance {}", time.as_secs_f64()));
    }

    /// Advances the clock to the moment when the next hidden message becomes visible. Returns the time added: zero if no
    /// message is hidden, `None` if the queue is empty.
    ///
    /// # Panics
    /// If the server does not respond.
    pub async fn advance_for(&self, queue: &Queue) -> Option<Duration> {
        let answer = self.0.command("next");
        if answer != "none" {
            return Some(Duration::from_secs_f64(answer.parse().expect("seconds")));
        }
        (queue.counts().await != [0, 0]).then_some(Duration::ZERO)
    }
}

impl Drop for TimedSqs {
    fn drop(&mut self) {
        if let Some(Ok(Moto { child, .. })) = self.0.moto.as_mut().map(Mutex::get_mut) {
            // Both fail only if the child has already ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Sqs {
    /// Returns the server that `CHATHOOKS_TEST_AWS` names, or else moto, which the first call starts.
    ///
    /// # Panics
    /// If the workspace's `.venv` is missing, or if moto does not start within 30 s.
    pub fn start() -> &'static Self {
        static RUNNING: OnceLock<Sqs> = OnceLock::new();
        RUNNING.get_or_init(|| std::env::var("CHATHOOKS_TEST_AWS").map_or_else(|_| Self::launch(), |endpoint| Self::at(&endpoint)))
    }

    fn at(endpoint: &str) -> Self {
        let address = endpoint.strip_prefix("http://").expect("CHATHOOKS_TEST_AWS is http://host:port");
        Self { address: address.to_owned(), moto: None }
    }

    fn launch() -> Self {
        let bin = workspace().join(".venv/bin");
        assert!(bin.join("moto_server").exists(), "moto is missing: run \"make tools\"");
        let mut child = Command::new(bin.join("python"))
            .args(["-c", include_str!("moto.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let stdout = child.stdout.take().expect("a piped stdout");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let port = lines.recv_timeout(PATIENCE).expect("moto starts in time");
        let port: u16 = port.trim().parse().expect("moto prints its port");
        Self { address: format!("127.0.0.1:{port}"), moto: Some(Mutex::new(Moto { child, lines })) }
    }

    /// Writes a line to moto and returns the line that it prints.
    fn command(&self, line: &str) -> String {
        let Moto { child, lines } = &mut *self.moto.as_ref().expect("a moto process").lock().expect("no panic while it was locked");
        let stdin = child.stdin.as_mut().expect("a piped stdin");
        writeln!(stdin, "{line}").expect("moto reads");
        lines.recv_timeout(PATIENCE).expect("moto answers in time").trim().to_owned()
    }

    /// Returns the value for `AWS_ENDPOINT_URL_SQS`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Creates a standard queue.
    pub async fn create_queue(&self, name: &str) -> Queue {
        self.create(name, "", json!({})).await
    }

    /// Creates a FIFO queue; `.fifo` is appended to its name.
    pub async fn create_fifo_queue(&self, name: &str) -> Queue {
        self.create(name, ".fifo", json!({"FifoQueue": "true"})).await
    }

    /// Creates a standard queue and its dead-letter queue, which gets every message that was received more
    /// than `receives` times.
    pub async fn create_queue_with_dead_letters(&self, name: &str, receives: u32) -> [Queue; 2] {
        let dead = self.create_queue(&format!("{name}-dead")).await;
        let attributes = json!({"RedrivePolicy": dead.redrive_policy(receives)});
        [self.create(name, "", attributes).await, dead]
    }

    /// Like [`Sqs::create_queue_with_dead_letters`], with FIFO queues.
    pub async fn create_fifo_queue_with_dead_letters(&self, name: &str, receives: u32) -> [Queue; 2] {
        let dead = self.create_fifo_queue(&format!("{name}-dead")).await;
        let policy = dead.redrive_policy(receives);
        let attributes = json!({"FifoQueue": "true", "RedrivePolicy": policy});
        [self.create(name, ".fifo", attributes).await, dead]
    }

    /// Creates a queue with the template's settings, and its dead-letter queue.
    pub async fn create_queue_of_the_template(&self, name: &str, is_fifo: bool) -> [Queue; 2] {
        let dead_name = format!("{name}-dead");
        let dead = if is_fifo { self.create_fifo_queue(&dead_name).await } else { self.create_queue(&dead_name).await };
        let mut attributes = json!({
            "VisibilityTimeout": VISIBILITY_TIMEOUT.as_secs().to_string(), "MessageRetentionPeriod": RETENTION.to_string(),
            "RedrivePolicy": dead.redrive_policy(MAX_RECEIVES),
        });
        if is_fifo {
            attributes["FifoQueue"] = "true".into();
        }
        [self.create(name, if is_fifo { ".fifo" } else { "" }, attributes).await, dead]
    }

    /// Creates a queue. `attributes`: the attributes of `CreateQueue`, all as strings.
    async fn create(&self, name: &str, suffix: &str, attributes: Value) -> Queue {
        let name = format!("{name}-{}{suffix}", unique());
        let created = sqs_call(&self.address, "CreateQueue", json!({"QueueName": name, "Attributes": attributes})).await;
        let url = created["QueueUrl"].as_str().expect("a queue's URL");
        Queue { address: self.address.clone(), name, url: url.to_owned() }
    }
}

/// Returns a name part that is unique on the server, which other test processes might share.
pub(crate) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The account of every queue and secret. moto has only this one; LocalStack uses a caller's access key as its account.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Calls SQS.
pub(crate) async fn sqs_call(address: &str, action: &str, input: Value) -> Value {
    moto_call(address, "sqs", "application/x-amz-json-1.0", &format!("AmazonSQS.{action}"), input).await
}

/// Calls an action of an AWS JSON protocol.
pub(crate) async fn moto_call(address: &str, service: &str, content_type: &str, target: &str, input: Value) -> Value {
    // The signature is not verified, but moto reads region and service from it, and LocalStack also the account.
    let signature =
        format!("AWS4-HMAC-SHA256 Credential={ACCOUNT}/20200101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0");
    let request = Request {
        method: "POST".into(),
        target: "/".into(),
        headers: Headers::from([
            ("content-type".into(), content_type.into()),
            ("x-amz-target".into(), target.into()),
            ("authorization".into(), signature),
        ]),
        body: input.to_string().into_bytes(),
    };
    let response = tokio::time::timeout(PATIENCE, call(address, &request)).await.expect("moto answers in time").expect("moto answers");
    let text = String::from_utf8_lossy(&response.body);
    assert_eq!(response.status, 200, "{target} was rejected: {text}");
    match text.trim() {
        "" => Value::Null,
        text => serde_json::from_str(text).expect("a response in JSON"),
    }
}
