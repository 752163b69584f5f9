//! A progress bar on stderr. It is drawn only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar. It disappears on drop.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Creates a bar for about that many messages.
    pub(crate) fn of(messages: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len}, {per_sec:.0}, {eta} left");
        let bar = ProgressBar::new(u64::try_from(messages).unwrap_or(u64::MAX));
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }

    /// Advances the bar by that many messages.
    pub(crate) fn advance(&self, messages: usize) {
        self.0.inc(u64::try_from(messages).unwrap_or(u64::MAX));
    }

    /// Writes a note above the bar, on stderr.
    pub(crate) fn note(&self, note: &str) {
        self.0.suspend(|| crate::terminal::output::note(note));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
