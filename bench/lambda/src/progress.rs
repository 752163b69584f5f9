//! Progress on stderr, one line per step, with color on a terminal unless `NO_COLOR` is set.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use anyhow::Result;

const BOLD: Style = Style::new().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Prints the step that begins.
pub fn step(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{BOLD}==>{BOLD:#} {text}");
}

/// Runs a benchmark until it ends or Ctrl-C is pressed, prints the error if it fails, and returns the exit code.
pub async fn until_interrupted(run: impl Future<Output = Result<()>>) -> ExitCode {
    let outcome = tokio::select! {
        outcome = run => outcome,
        // Dropping `run` ends the processes and removes their control groups.
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted; no page was written")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The number of finished trials, and the remaining time.
pub struct Progress {
    started: Instant,
    done: usize,
    total: usize,
}

impl Progress {
    /// Starts counting to `total`.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self { started: Instant::now(), done: 0, total }
    }

    /// Counts a finished trial, and prints it with an estimate of the remaining time.
    pub fn done(&mut self, what: &str) {
        self.done += 1;
        let left = remaining(self.started.elapsed(), self.done, self.total);
        let (minutes, seconds) = (left.as_secs() / 60, left.as_secs() % 60);
        let (done, total) = (self.done, self.total);
        let _ = writeln!(anstream::stderr().lock(), "{done:>4} of {total}  {what:<32} {minutes} min {seconds:02} s left");
    }
}

fn remaining(elapsed: Duration, done: usize, total: usize) -> Duration {
    elapsed.mul_f64(total.saturating_sub(done) as f64 / done.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_trials_take_as_long_as_the_finished_ones() {
        assert_eq!(remaining(Duration::from_secs(10), 1, 4), Duration::from_secs(30));
        assert_eq!(remaining(Duration::from_secs(10), 4, 4), Duration::ZERO);
    }
}
