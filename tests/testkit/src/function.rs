//! A function's own binary, run as Lambda runs it: a process of its own that sees only its environment.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::output::Output;
use crate::until::until;
use crate::{Answer, Invocation, RuntimeApi};

/// How long a function may take to start, to fail, or to print a line.
const PATIENCE: Duration = Duration::from_secs(10);

/// What Lambda sets besides `AWS_LAMBDA_RUNTIME_API`. A test's own variables win.
pub const LAMBDA: [(&str, &str); 10] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "test-function"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test-function"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "test-stream"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "test-access-key-id"),
    ("AWS_SECRET_ACCESS_KEY", "test-secret-access-key"),
    ("AWS_SESSION_TOKEN", "test-session-token"),
];

/// A running function. Its process is killed when this is dropped.
#[derive(Debug)]
pub struct Function {
    api: RuntimeApi,
    child: Mutex<Child>,
    output: Option<Output>,
}

/// How a start ended that was expected to fail.
#[derive(Debug, Clone)]
pub struct FailedStart {
    /// What was posted to `/init/error`; `null` when nothing was.
    pub init_error: Value,
    /// The exit code; `None` when a signal ended the process.
    pub exit_code: Option<i32>,
    /// All that it printed.
    pub logs: Vec<String>,
}

impl Function {
    /// Starts `binary` and waits until it asks for its first event.
    ///
    /// It sees the variables of a Lambda environment, and `env`, and nothing else.
    ///
    /// # Panics
    /// When it exits or reports a failed start instead (with what it printed), or does nothing for 10 s.
    pub async fn start(binary: &Path, env: &[(&str, &str)]) -> Self {
        let function = Self::spawn(binary, env).await;
        let waited_for = || format!("the first poll; printed {:#?}", function.logs());
        until(waited_for, PATIENCE, || {
            let init_error = function.api.posted_init_error();
            assert!(
                function.exit_status().is_none() && init_error.is_none(),
                "{} failed to start: {init_error:?}, printed {:#?}",
                binary.display(),
                function.logs()
            );
            function.api.is_polled().then_some(())
        })
        .await;
        function
    }

    /// Starts `binary` and waits until its process has ended.
    ///
    /// # Panics
    /// When it asks for an event, or has not ended after 10 s.
    pub async fn start_expecting_failure(binary: &Path, env: &[(&str, &str)]) -> FailedStart {
        let function = Self::spawn(binary, env).await;
        let waited_for = || format!("the end of a failed start; printed {:#?}", function.logs());
        let status = until(waited_for, PATIENCE, || {
            assert!(!function.api.is_polled(), "{} started well, printed {:#?}", binary.display(), function.logs());
            function.exit_status()
        })
        .await;
        FailedStart { init_error: function.api.posted_init_error().unwrap_or_default(), exit_code: status.code(), logs: function.stop() }
    }

    async fn spawn(binary: &Path, env: &[(&str, &str)]) -> Self {
        let api = RuntimeApi::start().await;
        let mut child = Command::new(binary)
            .env_clear()
            .envs(LAMBDA)
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", binary.display()));
        let output = Some(Output::of(&mut child));
        let child = Mutex::new(child);
        Self { api, child, output }
    }

    /// Sends any event and gives what the function made of it.
    ///
    /// # Panics
    /// When the process ends without an answer, or answers nothing in time.
    pub async fn invoke(&self, event: Vec<u8>) -> Invocation {
        self.invoke_within(event, RuntimeApi::DEADLINE).await
    }

    /// The same with another deadline.
    ///
    /// # Panics
    /// As [`Function::invoke`].
    pub async fn invoke_within(&self, event: Vec<u8>, deadline: Duration) -> Invocation {
        let ended = until(String::new, Duration::MAX, || self.exit_status());
        tokio::select! {
            biased;
            invocation = self.api.invoke_within(event, deadline) => invocation,
            status = ended => panic!("the function ended ({status}) without an answer, printed {:#?}", self.logs()),
        }
    }

    /// Sends an HTTP API event and gives the HTTP answer.
    ///
    /// # Panics
    /// As [`Function::invoke`] and [`Answer::read`].
    pub async fn invoke_http(&self, event: &Value) -> Answer {
        Answer::read(self.invoke(event.to_string().into_bytes()).await)
    }

    /// The lines printed so far, stdout and stderr. The last may still be on their way:
    /// see [`Function::log_with`] and [`Function::stop`].
    pub fn logs(&self) -> Vec<String> {
        self.output.as_ref().map(Output::lines).unwrap_or_default()
    }

    /// Waits for a line that contains `part`, and gives the first.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn log_with(&self, part: &str) -> String {
        until(
            || format!("a line with {part:?} among {:#?}", self.logs()),
            PATIENCE,
            || self.logs().into_iter().find(|line| line.contains(part)),
        )
        .await
    }

    /// Ends the process and gives all that it printed: what a test needs that says what is *not* logged.
    pub fn stop(mut self) -> Vec<String> {
        self.kill();
        self.output.take().map(Output::finish).unwrap_or_default()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        let child = self.child.lock().expect("no panic while it was locked");
        child.id()
    }

    /// The most memory that it has had, in kB.
    ///
    /// # Panics
    /// When the system does not tell.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("the process's status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).expect("its peak memory");
        peak.trim().parse().expect("a number")
    }

    /// The emulator that this function polls.
    pub fn api(&self) -> &RuntimeApi {
        &self.api
    }

    /// How the process ended; `None` while it runs.
    pub fn exit_status(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().expect("no panic while it was locked");
        child.try_wait().expect("a child of ours")
    }

    /// Ends the process at once, as if its machine had died.
    pub fn kill(&self) {
        if let Ok(mut child) = self.child.lock() {
            // Both fail only for a child that has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}
