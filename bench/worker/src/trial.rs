//! What is measured on one process.

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

/// How many events a process takes before and while it is measured: multiples of ten.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// Events that only warm it up.
    pub warm_up: usize,
    /// Events that are measured.
    pub measured: usize,
}

impl Length {
    /// What the published figures come from.
    pub const FULL: Self = Self { warm_up: 1000, measured: 2000 };
}

/// Where trials run.
#[derive(Debug)]
pub struct Bench {
    /// What changes the visibility of a failed event.
    pub sqs: SqsEndpoint,
    /// The root certificate of the above, in PEM.
    pub roots: PathBuf,
    /// What the worker delivers to.
    pub receiver: Receiver,
    /// What it is given.
    pub load: Load,
    /// Where the processes' output goes.
    pub logs: PathBuf,
    /// Whether the kernel's control groups can account for CPU time here.
    pub can_group: bool,
    /// How many events.
    pub length: Length,
    /// The number of the next event.
    pub next: AtomicUsize,
}

/// The figures of one process.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// CPU time of an event, user and kernel.
    pub cpu: Duration,
    /// Events in a second, batch after batch.
    pub events_per_second: f64,
    /// The most resident memory, in bytes.
    pub peak_memory: u64,
}

impl Bench {
    /// A process with a whole core, whose receiver takes everything.
    ///
    /// # Errors
    /// It ends, reports a failure, or delivers anything but each event once.
    pub async fn trial(&self, program: &Program, case: Case) -> Result<Trial> {
        self.receiver.set_down(false);
        self.measure(program, case, |_| json!({"batchItemFailures": []})).await
    }

    /// A process of the worker with a whole core, whose receiver answers 503 to everything.
    ///
    /// # Errors
    /// As [`Bench::trial`], but each event has to be reported as failed and hidden in the queue.
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

    /// `answer`: what has to be answered to a batch of these events.
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
        // Otherwise connections would be measured, not deliveries.
        let most = case.batch_size();
        ensure!(connections <= most, "{} opened {connections} connections for batches of {most}", program.name);
        Ok(trial)
    }

    /// What the process sees besides Lambda's own variables; `FIFO` is read by the baselines alone.
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

/// Hands over batches, one after the other, each with the answer that it has to get.
async fn deliver(process: &mut Process, batches: &[(Vec<u8>, Value)]) -> Result<()> {
    for (batch, wanted) in batches {
        process.invoke_for(batch, &wanted.to_string(), |answer| answer == wanted).await?;
    }
    Ok(())
}
