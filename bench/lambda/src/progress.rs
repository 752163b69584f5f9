//! What the user sees while it runs: one line a step on stderr; colour on a terminal, unless `NO_COLOR` is set.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use anyhow::Result;

const BOLD: Style = Style::new().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Says what begins.
pub fn step(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{BOLD}==>{BOLD:#} {text}");
}

/// Runs a benchmark until it ends or Ctrl-C is pressed, says what failed, and returns the exit code.
pub async fn until_interrupted(run: impl Future<Output = Result<()>>) -> ExitCode {
    let outcome = tokio::select! {
        outcome = run => outcome,
        // The processes and their control groups end with what is dropped here.
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

/// Counts trials.
pub struct Progress {
    started: Instant,
    done: usize,
    total: usize,
}

impl Progress {
    /// Begins to count.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self { started: Instant::now(), done: 0, total }
    }

    /// Says that a trial is done, and about how long the others will take.
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
    fn what_is_left_takes_as_long_as_what_was_done() {
        assert_eq!(remaining(Duration::from_secs(10), 1, 4), Duration::from_secs(30));
        assert_eq!(remaining(Duration::from_secs(10), 4, 4), Duration::ZERO);
    }
}
