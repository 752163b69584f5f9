//! A real SQS server: moto, one for each test process; or what listens at the address in `CHATHOOKS_TEST_AWS`, such as
//! LocalStack (`make localstack`). It serves Secrets Manager, too.
//!
//! Queues are read and written by plain calls of the AWS JSON 1.0 protocol, not by the SDK: the SDK is among what
//! is tested. Known limits of moto: no message-move tasks, FIFO deduplication forgets deleted messages, control
//! characters that AWS refuses are accepted, and it is slow beyond some 200 messages in a queue.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use crate::wire::{Headers, Request, call};
use crate::{Queue, workspace};

/// How long moto may take to start (importing it costs a second), and one call to be answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// The SQS server of this test process.
#[derive(Debug)]
pub struct Sqs {
    pub(crate) address: String,
    /// moto ends when its stdin closes: when the test process ends, in whatever way.
    _moto: Option<Child>,
}

impl Sqs {
    /// Starts moto, or gives the one that runs already.
    ///
    /// # Panics
    /// When the workspace's `.venv` is missing, or moto does not start within 30 s.
    pub fn start() -> &'static Self {
        static RUNNING: OnceLock<Sqs> = OnceLock::new();
        RUNNING.get_or_init(Self::launch)
    }

    fn launch() -> Self {
        if let Ok(endpoint) = std::env::var("CHATHOOKS_TEST_AWS") {
            let address = endpoint.strip_prefix("http://").expect("CHATHOOKS_TEST_AWS is http://host:port");
            return Self { address: address.to_owned(), _moto: None };
        }
        let bin = workspace().join(".venv/bin");
        assert!(bin.join("moto_server").exists(), "moto is missing: run \"make tools\" first");
        let mut child = Command::new(bin.join("python"))
            .args(["-c", include_str!("moto.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let stdout = child.stdout.take().expect("a piped stdout");
        let (sender, port) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let port = port.recv_timeout(PATIENCE).expect("moto starts in time");
        let port: u16 = port.trim().parse().expect("moto prints its port");
        Self { address: format!("127.0.0.1:{port}"), _moto: Some(child) }
    }

    /// The value of `AWS_ENDPOINT_URL_SQS`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A standard queue.
    pub async fn create_queue(&self, name: &str) -> Queue {
        self.create(name, "", json!({})).await
    }

    /// A FIFO queue; `.fifo` is added to its name.
    pub async fn create_fifo_queue(&self, name: &str) -> Queue {
        self.create(name, ".fifo", json!({"FifoQueue": "true"})).await
    }

    /// A standard queue, and the one to which a message goes that was received more than `receives` times.
    pub async fn create_queue_with_dead_letters(&self, name: &str, receives: u32) -> [Queue; 2] {
        let dead = self.create_queue(&format!("{name}-dead")).await;
        let attributes = json!({"RedrivePolicy": dead.redrive_policy(receives)});
        [self.create(name, "", attributes).await, dead]
    }

    /// The same, both FIFO.
    pub async fn create_fifo_queue_with_dead_letters(&self, name: &str, receives: u32) -> [Queue; 2] {
        let dead = self.create_fifo_queue(&format!("{name}-dead")).await;
        let policy = dead.redrive_policy(receives);
        let attributes = json!({"FifoQueue": "true", "RedrivePolicy": policy});
        [self.create(name, ".fifo", attributes).await, dead]
    }

    /// `attributes`: those of `CreateQueue`, all of them text.
    async fn create(&self, name: &str, suffix: &str, attributes: Value) -> Queue {
        let name = format!("{name}-{}{suffix}", unique());
        let created = sqs_call(&self.address, "CreateQueue", json!({"QueueName": name, "Attributes": attributes})).await;
        let url = created["QueueUrl"].as_str().expect("a queue's URL");
        Queue { address: self.address.clone(), name, url: url.to_owned() }
    }
}

/// Part of a name that nothing else on the server has, which may be that of other test processes, too.
pub(crate) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The account of every queue and secret. moto has no other; LocalStack takes a caller's access key for its account.
pub(crate) const ACCOUNT: &str = "123456789012";

/// One call of SQS.
pub(crate) async fn sqs_call(address: &str, action: &str, input: Value) -> Value {
    moto_call(address, "sqs", "application/x-amz-json-1.0", &format!("AmazonSQS.{action}"), input).await
}

/// One call of an AWS JSON protocol.
pub(crate) async fn moto_call(address: &str, service: &str, content_type: &str, target: &str, input: Value) -> Value {
    // No signature is checked, but region and service are read from it, and by LocalStack the account.
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
    assert_eq!(response.status, 200, "{target} was refused: {text}");
    match text.trim() {
        "" => Value::Null,
        text => serde_json::from_str(text).expect("an answer in JSON"),
    }
}
