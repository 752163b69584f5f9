//! The measurements on one process.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::sleep;

use crate::cpu::{Group, SHARE_128_MB};
use crate::process::Process;
use crate::sqs::SqsEndpoint;
use crate::variant::Program;

/// The number of events before and during the measurement of a process's warm figures.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// Events that only warm it up.
    pub warm_up: usize,
    /// Events that are measured.
    pub measured: usize,
    /// Events that are measured at the share of 128 MB, each in its own period.
    pub limited: usize,
}

impl Length {
    /// The length behind the published figures.
    pub const FULL: Self = Self { warm_up: 100, measured: 300, limited: 20 };
}

/// The environment of trials.
pub struct Bench {
    /// The SQS endpoint.
    pub sqs: SqsEndpoint,
    /// A function's environment variables in addition to Lambda's.
    pub environment: Vec<(String, String)>,
    /// The folder for the processes' output.
    pub logs: PathBuf,
    /// Whether a CPU share can be limited here.
    pub can_limit: bool,
    /// The numbers of events.
    pub length: Length,
}

/// The figures of a process that had a whole core.
#[derive(Debug, Clone, Default)]
pub struct FullCore {
    /// Wall time from the start to the first poll.
    pub init: Duration,
    /// CPU time of init.
    pub init_cpu: Duration,
    /// Wall time of the first event.
    pub first: Duration,
    /// CPU time of a warm event.
    pub warm_cpu: Duration,
    /// Wall time of each warm event.
    pub warm: Vec<Duration>,
    /// Peak resident memory, in bytes.
    pub peak_memory: u64,
}

/// The figures of a process that had the share of 128 MB after its init.
#[derive(Debug, Clone, Default)]
pub struct Limited {
    /// Wall time of the first event.
    pub first: Duration,
    /// Wall time of each warm event.
    pub warm: Vec<Duration>,
}

impl Bench {
    /// Measures a process with a whole core.
    ///
    /// # Errors
    /// The process ends, does not return 200, or sends another number of messages to the queue.
    pub async fn full_core(&self, program: &Program, event: &[u8]) -> Result<FullCore> {
        let before = self.sqs.taken();
        let mut process = self.start(program).await?;
        let first = process.invoke(event).await?;
        for _ in 0..self.length.warm_up {
            process.invoke(event).await?;
        }
        let mut warm = Vec::with_capacity(self.length.measured);
        let warm_cpu = cpu_per_request(&mut process, event, self.length.measured, &mut warm).await?;
        let (init, init_cpu) = (process.init, process.init_cpu);
        let trial = FullCore { init, init_cpu, first, warm_cpu, warm, peak_memory: process.peak_memory()? };
        process.stop().await?;
        self.expect(program, before, 1 + self.length.warm_up + self.length.measured)?;
        Ok(trial)
    }

    /// Measures a process with the share of 128 MB after its init. The warm-up runs without that limit.
    ///
    /// # Errors
    /// As [`Bench::full_core`], or the share cannot be limited.
    pub async fn limited(&self, program: &Program, event: &[u8]) -> Result<Limited> {
        let before = self.sqs.taken();
        let mut process = self.start(program).await?;
        process.limit(Some(SHARE_128_MB))?;
        let first = process.invoke(event).await?;
        process.limit(None)?;
        for _ in 0..self.length.warm_up {
            process.invoke(event).await?;
        }
        process.limit(Some(SHARE_128_MB))?;
        let mut warm = Vec::with_capacity(self.length.limited);
        for _ in 0..self.length.limited {
            // Wait until a new period starts, as between two events of a quiet function.
            sleep(Duration::from_millis(25)).await;
            warm.push(process.invoke(event).await?);
        }
        process.stop().await?;
        self.expect(program, before, 1 + self.length.warm_up + self.length.limited)?;
        Ok(Limited { first, warm })
    }

    pub(crate) async fn start(&self, program: &Program) -> Result<Process> {
        let group = if self.can_limit { Some(Group::make()?) } else { None };
        Process::start(program, &self.environment, group, &self.logs).await
    }

    /// Fails if the queue did not get this number of messages: a program that returns 200 without sending does less work.
    pub(crate) fn expect(&self, program: &Program, before: usize, messages: usize) -> Result<()> {
        let taken = self.sqs.taken() - before;
        ensure!(taken == messages, "{} returned 200 for {messages} messages, but the queue got {taken}", program.name);
        Ok(())
    }
}

/// Sends `count` requests, and returns the mean CPU time of one. Appends their wall times to `walls`.
pub(crate) async fn cpu_per_request(process: &mut Process, event: &[u8], count: usize, walls: &mut Vec<Duration>) -> Result<Duration> {
    let before = process.cpu_time()?;
    for _ in 0..count {
        walls.push(process.invoke(event).await?);
    }
    let used = process.cpu_time()?.saturating_sub(before);
    Ok(used.div_f64(count.max(1) as f64))
}
