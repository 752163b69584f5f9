//! The measurements on one process.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bench_lambda::cpu::Group;
use bench_lambda::process::Process;
use bench_lambda::sqs::SqsEndpoint;
use bench_lambda::variant::Program;
use serde_json::{Value, json};

use crate::load::{Case, Event, Load};
use crate::receiver::{Receiver, SECRET, check};

/// The number of events before and during the measurement of a process: multiples of ten.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// Events that only warm it up.
    pub warm_up: usize,
    /// Events that are measured.
    pub measured: usize,
}

impl Length {
    /// The length behind the published figures.
    pub const FULL: Self = Self { warm_up: 1000, measured: 2000 };
}

/// The environment of trials.
#[derive(Debug)]
pub struct Bench {
    /// The SQS endpoint, which changes the visibility of failed events.
    pub sqs: SqsEndpoint,
    /// The PEM file with the endpoint's root certificate.
    pub roots: PathBuf,
    /// The receiver of the deliveries.
    pub receiver: Receiver,
    /// The source of the events.
    pub load: Load,
    /// The folder for the processes' output.
    pub logs: PathBuf,
    /// Whether the kernel's control groups can account for CPU time here.
    pub can_group: bool,
    /// The numbers of events.
    pub length: Length,
    /// The number of the next event.
    pub next: AtomicUsize,
}

/// The figures of one process.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// User and kernel CPU time of an event.
    pub cpu: Duration,
    /// Events per second, one batch after another.
    pub events_per_second: f64,
    /// Peak resident memory, in bytes.
    pub peak_memory: u64,
}

impl Bench {
    /// Measures a process with a whole core whose receiver accepts everything.
    ///
    /// # Errors
    /// The process ends, reports a failure, or does not deliver each event exactly once.
    pub async fn trial(&self, program: &Program, case: Case) -> Result<Trial> {
        self.receiver.set_down(false);
        self.measure(program, case, |_| json!({"batchItemFailures": []})).await
    }

    /// Measures a worker process with a whole core whose receiver returns 503 for everything.
    ///
    /// # Errors
    /// As [`Bench::trial`], except that each event must be reported as failed and hidden in the queue.
    pub async fn failing_trial(&self, program: &Program, case: Case) -> Result<Trial> {
        let before = self.sqs.hidden();
        self.receiver.set_down(true);
        let failure = |event: &Event| json!({"itemIdentifier": event.message_id()});
        let all_failed = |events: &[Event]| json!({"batchItemFailures": events.iter().map(failure).collect::<Vec<_>>()});
        let trial = self.measure(program, case, all_failed).await?;
        let (hidden, events) = (self.sqs.hidden() - before, self.length.warm_up + self.length.measured);
        ensure!(hidden == events, "{} hid {hidden} of {events} failed events", program.name);
        Ok(trial)
    }

    /// Measures a process. `answer` returns the expected response to a batch of these events.
    async fn measure(&self, program: &Program, case: Case, answer: impl Fn(&[Event]) -> Value) -> Result<Trial> {
        let group = if self.can_group { Some(Group::make()?) } else { None };
        self.receiver.take();
        let mut process = Process::start(program, &self.environment(case), group, &self.logs).await?;
        let events = self.events(self.length.warm_up + self.length.measured);
        let answers = events.chunks(case.batch_size()).map(answer);
        let batches: Vec<_> = self.load.batches(case, &events).into_iter().zip(answers).collect();
        let (warm_up, measured) = batches.split_at(self.length.warm_up / case.batch_size());
        deliver(&mut process, warm_up).await?;
        let (cpu, started) = (process.cpu_time()?, Instant::now());
        deliver(&mut process, measured).await?;
        let (cpu, wall) = (process.cpu_time()?.saturating_sub(cpu), started.elapsed());
        let (deliveries, connections) = self.receiver.take();
        let count = self.length.measured as f64;
        let trial = Trial { cpu: cpu.div_f64(count), events_per_second: count / wall.as_secs_f64(), peak_memory: process.peak_memory()? };
        process.stop().await?;
        check(case, &events, &deliveries).await.with_context(|| format!("{}, {}", program.name, case.label()))?;
        // More connections would mean that the trial measures connecting rather than delivering.
        let most = case.batch_size();
        ensure!(connections <= most, "{} opened {connections} connections for batches of {most}", program.name);
        Ok(trial)
    }

    /// Returns the process's variables in addition to Lambda's. Only the baselines read `FIFO`.
    fn environment(&self, case: Case) -> Vec<(String, String)> {
        let is_fifo = (case == Case::Fifo).to_string();
        let queue_url = self.sqs.queue_url() + if case == Case::Fifo { ".fifo" } else { "" };
        let variables = [
            ("DELIVERY_URL", self.receiver.url()),
            ("DELIVERY_SECRET", SECRET.to_owned()),
            ("QUEUE_URL", queue_url),
            ("AWS_ENDPOINT_URL_SQS", self.sqs.url()),
            ("SSL_CERT_FILE", self.roots.to_string_lossy().into_owned()),
            ("FIFO", is_fifo),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).into()
    }

    fn events(&self, count: usize) -> Vec<Event> {
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        (first..first + count).map(|number| self.load.event(number)).collect()
    }
}

/// Hands over batches one after another, and checks the response to each.
async fn deliver(process: &mut Process, batches: &[(Vec<u8>, Value)]) -> Result<()> {
    for (batch, wanted) in batches {
        process.invoke_for(batch, &wanted.to_string(), |answer| answer == wanted).await?;
    }
    Ok(())
}
