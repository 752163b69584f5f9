//! A bar on stderr that says how far it is and how long it takes. It is drawn on a terminal alone.

use indicatif::{ProgressBar, ProgressStyle};

/// The bar. It goes away when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of so many messages, as far as that is known.
    pub(crate) fn of(messages: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len}, {per_sec:.0}, {eta} left");
        let bar = ProgressBar::new(u64::try_from(messages).unwrap_or(u64::MAX));
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }

    /// So many more are done.
    pub(crate) fn advance(&self, messages: usize) {
        self.0.inc(u64::try_from(messages).unwrap_or(u64::MAX));
    }

    /// Says something above the bar, on stderr.
    pub(crate) fn note(&self, note: &str) {
        self.0.suspend(|| crate::terminal::output::note(note));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
