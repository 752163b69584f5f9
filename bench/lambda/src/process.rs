//! One process of a variant, run as in Lambda.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use testkit::RuntimeApi;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::cpu::{self, Group};
use crate::variant::Program;

/// A shell script that joins the control groups whose files precede `--`, prints a line, waits for a line, and then executes
/// the program after `--`. `$0` is the file for the program's output. Moving a process takes the kernel about 10 ms, so the
/// script does it before the measurement starts.
const JOIN: &str =
    r#"while [ "$1" != -- ]; do echo $$ >"$1" || exit; shift; done; shift; echo; read -r _; exec "$@" </dev/null >"$0" 2>&1"#;

/// A process that has requested its first event. Dropping it kills the process.
pub struct Process {
    /// Wall time from the start to the first poll of the Runtime API.
    pub init: Duration,
    /// CPU time of init.
    pub init_cpu: Duration,
    api: RuntimeApi,
    child: Child,
    id: u32,
    log: PathBuf,
    group: Option<Group>,
}

impl Process {
    /// Starts a program with only Lambda's variables, `environment` and its own. Its output goes to a file in `logs`.
    ///
    /// # Errors
    /// The program cannot be started, or ends before it requests an event.
    pub async fn start(program: &Program, environment: &[(String, String)], group: Option<Group>, logs: &Path) -> Result<Self> {
        let api = RuntimeApi::start().await;
        let log = logs.join(format!("{}.log", program.name));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", JOIN])
            .arg(&log)
            .args(group.iter().flat_map(Group::members))
            .arg("--")
            .arg(&program.executable)
            .args(&program.arguments)
            .current_dir(&program.folder)
            .env_clear()
            .envs(testkit::LAMBDA)
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("LAMBDA_TASK_ROOT", &program.folder)
            .env("_HANDLER", program.handler)
            .envs(environment.iter().chain(&program.environment).cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().context("cannot run /bin/sh")?;
        let id = child.id().context("the process has no id")?;
        let (mut go, mut joined) = child.stdin.take().zip(child.stdout.take()).context("stdin and stdout are not pipes")?;
        joined.read_u8().await.context("cannot join a control group")?;
        let cpu = cpu_time(group.as_ref(), id)?;
        let started = Instant::now();
        go.write_all(b"\n").await?;
        tokio::select! {
            () = api.ready() => {}
            status = child.wait() => bail!("{} ended during init ({}); see {}", program.name, status?, log.display()),
        }
        let init = started.elapsed();
        let init_cpu = cpu_time(group.as_ref(), id)?.saturating_sub(cpu);
        Ok(Self { init, init_cpu, api, child, id, log, group })
    }

    /// Hands over one request and returns the time until the response, which must be a 200.
    ///
    /// # Errors
    /// The process ends, or returns something else.
    pub async fn invoke(&mut self, event: &[u8]) -> Result<Duration> {
        self.invoke_for(event, "200", |answer| answer["statusCode"] == 200).await
    }

    /// Hands over one event and returns the time until the response, which must satisfy `is_wanted`.
    ///
    /// # Errors
    /// The process ends, or returns something else.
    pub async fn invoke_for(&mut self, event: &[u8], wanted: &str, is_wanted: impl Fn(&Value) -> bool) -> Result<Duration> {
        let invocation = tokio::select! {
            invocation = self.api.invoke(event.to_vec()) => invocation,
            status = self.child.wait() => bail!("the process ended ({}); see {}", status?, self.log.display()),
        };
        match &invocation.outcome {
            Ok(answer) if is_wanted(answer) => Ok(invocation.duration),
            Ok(answer) | Err(answer) => bail!("expected {wanted}, got {}; see {}", shortened(answer), self.log.display()),
        }
    }

    /// Limits the process to a share of a core; `None` removes the limit.
    ///
    /// # Errors
    /// The process has no control group.
    pub fn limit(&self, share: Option<f64>) -> Result<()> {
        self.group.as_ref().context("the CPU share cannot be limited here")?.limit(share)
    }

    /// Returns the user and kernel CPU time that the process has used.
    ///
    /// # Errors
    /// The process has ended.
    pub fn cpu_time(&self) -> Result<Duration> {
        cpu_time(self.group.as_ref(), self.id)
    }

    /// Returns the peak resident memory, in bytes.
    ///
    /// # Errors
    /// The process has ended.
    pub fn peak_memory(&self) -> Result<u64> {
        cpu::peak_memory(self.id)
    }

    /// Kills the process and waits until it has ended.
    ///
    /// # Errors
    /// The process cannot be killed.
    pub async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

fn cpu_time(group: Option<&Group>, process: u32) -> Result<Duration> {
    group.map_or_else(|| cpu::cpu_time_of_threads(process), Group::cpu_time)
}

fn shortened(answer: &Value) -> String {
    answer.to_string().chars().take(300).collect()
}
