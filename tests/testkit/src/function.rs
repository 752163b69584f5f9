//! A function's own binary, run as Lambda runs it: in a separate process that sees only its environment.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::output::Output;
use crate::sqs::ACCOUNT;
use crate::until::until;
use crate::{Answer, Invocation, RuntimeApi};

/// How long a function can take to start, to fail, or to print a line.
const PATIENCE: Duration = Duration::from_secs(10);

/// The variables that Lambda sets besides `AWS_LAMBDA_RUNTIME_API`. A test's own variables override them.
pub const LAMBDA: [(&str, &str); 10] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "test-function"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test-function"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "test-stream"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", ACCOUNT),
    ("AWS_SECRET_ACCESS_KEY", "test-secret-access-key"),
    ("AWS_SESSION_TOKEN", "test-session-token"),
];

/// A running function. Dropping it kills the process.
#[derive(Debug)]
pub struct Function {
    api: RuntimeApi,
    child: Mutex<Child>,
    output: Option<Output>,
}

/// The outcome of a startup that was expected to fail.
#[derive(Debug, Clone)]
pub struct FailedStart {
    /// The body posted to `/init/error`; `null` if there was none.
    pub init_error: Value,
    /// The exit code; `None` if a signal ended the process.
    pub exit_code: Option<i32>,
    /// Everything that the process printed.
    pub logs: Vec<String>,
}

impl Function {
    /// Starts `binary` and waits until it polls for its first event.
    ///
    /// The process sees only the variables of a Lambda environment and `env`.
    ///
    /// # Panics
    /// If the process exits or reports an init error (the panic shows what it printed), or does not poll
    /// within 10 s.
    pub async fn start(binary: &Path, env: &[(&str, &str)]) -> Self {
        let function = Self::spawn(binary, env).await;
        let waited_for = || format!("the first poll; the function printed {:#?}", function.logs());
        until(waited_for, PATIENCE, || {
            let init_error = function.api.posted_init_error();
            assert!(
                function.exit_status().is_none() && init_error.is_none(),
                "{} failed to start: {init_error:?}; it printed {:#?}",
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
    /// If the process polls for an event, or is still running after 10 s.
    pub async fn start_expecting_failure(binary: &Path, env: &[(&str, &str)]) -> FailedStart {
        let function = Self::spawn(binary, env).await;
        let waited_for = || format!("the end of a failed startup; the function printed {:#?}", function.logs());
        let status = until(waited_for, PATIENCE, || {
            assert!(!function.api.is_polled(), "{} started, although it should fail; it printed {:#?}", binary.display(), function.logs());
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

    /// Sends an event of any kind and returns the outcome.
    ///
    /// # Panics
    /// If the process ends without a response, or does not respond in time.
    pub async fn invoke(&self, event: Vec<u8>) -> Invocation {
        self.invoke_within(event, RuntimeApi::DEADLINE).await
    }

    /// Like [`Function::invoke`], with a different deadline.
    ///
    /// # Panics
    /// Like [`Function::invoke`].
    pub async fn invoke_within(&self, event: Vec<u8>, deadline: Duration) -> Invocation {
        let ended = until(String::new, Duration::MAX, || self.exit_status());
        tokio::select! {
            biased;
            invocation = self.api.invoke_within(event, deadline) => invocation,
            status = ended => panic!("the function ended ({status}) without a response; it printed {:#?}", self.logs()),
        }
    }

    /// Sends an HTTP API event and returns the HTTP response.
    ///
    /// # Panics
    /// Like [`Function::invoke`] and [`Answer::read`].
    pub async fn invoke_http(&self, event: &Value) -> Answer {
        Answer::read(self.invoke(event.to_string().into_bytes()).await)
    }

    /// Returns the lines printed so far to stdout and stderr. The latest lines might not have
    /// arrived yet; see [`Function::log_with`] and [`Function::stop`].
    pub fn logs(&self) -> Vec<String> {
        self.output.as_ref().map(Output::lines).unwrap_or_default()
    }

    /// Waits for a line that contains `part`, and returns the first such line.
    ///
    /// # Panics
    /// If no such line is printed within 10 s.
    pub async fn log_with(&self, part: &str) -> String {
        until(
            || format!("a line with {part:?} among {:#?}", self.logs()),
            PATIENCE,
            || self.logs().into_iter().find(|line| line.contains(part)),
        )
        .await
    }

    /// Ends the process and returns everything that it printed. Use this to assert what is *not* logged.
    pub fn stop(mut self) -> Vec<String> {
        self.kill();
        self.output.take().map(Output::finish).unwrap_or_default()
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        let child = self.child.lock().expect("no panic while it was locked");
        child.id()
    }

    /// Returns the process's peak memory, in kB.
    ///
    /// # Panics
    /// If `/proc` does not report it.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("the process's status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).expect("its peak memory");
        peak.trim().parse().expect("a number")
    }

    /// Returns the Runtime API emulator that this function polls.
    pub fn api(&self) -> &RuntimeApi {
        &self.api
    }

    /// Returns how the process ended; `None` while it runs.
    pub fn exit_status(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().expect("no panic while it was locked");
        child.try_wait().expect("a child of ours")
    }

    /// Kills the process immediately, as if its machine had died.
    pub fn kill(&self) {
        if let Ok(mut child) = self.child.lock() {
            // Both fail only if the child has already ended.
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
