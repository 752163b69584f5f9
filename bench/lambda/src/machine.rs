//! Where, when and with what was measured.

use std::fmt::Write;
use std::fs;

use serde::Serialize;
use time::OffsetDateTime;

/// What a reader needs to judge the figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Machine {
    /// The day, in UTC.
    pub date: String,
    /// The processor's name, by the kernel.
    pub processor: String,
    /// How many of them a process may use.
    pub cores: usize,
    /// The kernel's release.
    pub kernel: String,
    /// How many processes wanted to run in the minute before the run, on average.
    pub load: String,
    /// How many root certificates a client reads that reads the system's.
    pub roots: usize,
    /// Why a CPU share cannot be limited here, if it cannot.
    pub no_share: Option<String>,
    /// The versions of what was measured, each with its name.
    pub versions: Vec<String>,
}

impl Machine {
    /// Asks the kernel.
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

    /// The start of a sentence.
    #[must_use]
    pub fn place_and_time(&self) -> String {
        let Self { date, processor, cores, kernel, load, .. } = self;
        format!("{date}, {processor}, {cores} cores, Linux {kernel}, load {load} before the run")
    }

    /// One paragraph.
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
