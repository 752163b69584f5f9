//! The machine, the date and the versions of a run.

use std::fmt::Write;
use std::fs;

use serde::Serialize;
use time::OffsetDateTime;

/// What a reader needs to judge the figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Machine {
    /// The date, in UTC.
    pub date: String,
    /// The processor's name according to the kernel.
    pub processor: String,
    /// The number of cores that a process can use.
    pub cores: usize,
    /// The kernel's release.
    pub kernel: String,
    /// The load average of the minute before the run.
    pub load: String,
    /// The number of root certificates that a client of the system's bundle reads.
    pub roots: usize,
    /// The reason why a CPU share cannot be limited here, if it cannot.
    pub no_share: Option<String>,
    /// The versions of the measured software, each with its name.
    pub versions: Vec<String>,
}

impl Machine {
    /// Describes this machine.
    #[must_use]
    pub fn here() -> Self {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let processor = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            date: OffsetDateTime::now_utc().date().to_string(),
            processor: processor.map_or("unknown processor", |(_, name)| name).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// Returns date, machine and load, as the start of a sentence.
    #[must_use]
    pub fn place_and_time(&self) -> String {
        let Self { date, processor, cores, kernel, load, .. } = self;
        format!("{date}, {processor}, {cores} cores, Linux {kernel}, load {load} before the run")
    }

    /// Returns the description as one paragraph.
    #[must_use]
    pub fn markdown(&self, rounds: usize) -> String {
        let mut text = format!(
            "{}; {rounds} rounds, a bundle of {} root certificates; {}.\n",
            self.place_and_time(),
            self.roots,
            self.versions.join(", ")
        );
        if let Some(reason) = &self.no_share {
            let _ = writeln!(text, "The CPU share of 128 MB could not be set here ({reason}), so that column is left out.");
        }
        text
    }
}
