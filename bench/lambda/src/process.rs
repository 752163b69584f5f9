//! One process of a variant, run as Lambda runs it.

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

/// Joins the control groups whose files stand before `--`, says so, waits for a word, and becomes the program behind it.
/// Its own name is the file for what that prints. The kernel takes some 10 ms to move a process, so it happens before.
const JOIN: &str =
    r#"while [ "$1" != -- ]; do echo $$ >"$1" || exit; shift; done; shift; echo; read -r _; exec "$@" </dev/null >"$0" 2>&1"#;

/// A started process that has asked for its first event. It is killed when this is dropped.
pub struct Process {
    /// From the start to the first poll of the Runtime API.
    pub init: Duration,
    /// The CPU time of that.
    pub init_cpu: Duration,
    api: RuntimeApi,
    child: Child,
    id: u32,
    log: PathBuf,
    group: Option<Group>,
}

impl Process {
    /// Starts a program that sees only Lambda's environment, `environment` and its own; what it prints goes to a file in `logs`.
    ///
    /// # Errors
    /// It cannot be started, or ends before it asks for an event.
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
        let id = child.id().context("a process that has just started has an id")?;
        let (mut word, mut joined) = child.stdin.take().zip(child.stdout.take()).context("both are pipes")?;
        joined.read_u8().await.context("cannot join a control group")?;
        let cpu = cpu_time(group.as_ref(), id)?;
        let started = Instant::now();
        word.write_all(b"\n").await?;
        tokio::select! {
            () = api.ready() => {}
            status = child.wait() => bail!("{} ended in its start ({}); see {}", program.name, status?, log.display()),
        }
        let init = started.elapsed();
        let init_cpu = cpu_time(group.as_ref(), id)?.saturating_sub(cpu);
        Ok(Self { init, init_cpu, api, child, id, log, group })
    }

    /// Hands over one request and gives how long the answer, which must be a 200, took.
    ///
    /// # Errors
    /// The process ends, or answers something else.
    pub async fn invoke(&mut self, event: &[u8]) -> Result<Duration> {
        self.invoke_for(event, "200", |answer| answer["statusCode"] == 200).await
    }

    /// Hands over one event and gives how long the answer, which must be the wanted one, took.
    ///
    /// # Errors
    /// The process ends, or answers something else.
    pub async fn invoke_for(&mut self, event: &[u8], wanted: &str, is_wanted: impl Fn(&Value) -> bool) -> Result<Duration> {
        let invocation = tokio::select! {
            invocation = self.api.invoke(event.to_vec()) => invocation,
            status = self.child.wait() => bail!("the process ended ({}); see {}", status?, self.log.display()),
        };
        match &invocation.outcome {
            Ok(answer) if is_wanted(answer) => Ok(invocation.duration),
            Ok(answer) | Err(answer) => bail!("no {wanted} but {}; see {}", shortened(answer), self.log.display()),
        }
    }

    /// Limits the process to a share of a core; `None` takes the limit away.
    ///
    /// # Errors
    /// It has no group.
    pub fn limit(&self, share: Option<f64>) -> Result<()> {
        self.group.as_ref().context("the CPU share cannot be limited here")?.limit(share)
    }

    /// The CPU time it has used, user and kernel.
    ///
    /// # Errors
    /// It has ended.
    pub fn cpu_time(&self) -> Result<Duration> {
        cpu_time(self.group.as_ref(), self.id)
    }

    /// The most memory it has had resident, in bytes.
    ///
    /// # Errors
    /// It has ended.
    pub fn peak_memory(&self) -> Result<u64> {
        cpu::peak_memory(self.id)
    }

    /// Ends it, and waits for its end.
    ///
    /// # Errors
    /// The system cannot.
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
