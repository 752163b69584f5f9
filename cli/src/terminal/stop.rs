//! Ctrl-C, and another program that asks this one to stop.

use tokio::sync::watch;

/// Ends with Ctrl-C, or where another program asks this one to stop.
pub(crate) async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Whether this program was told to stop: work ends after the step that is under way.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens from now on. What it listens to no longer ends the program by itself.
    pub(crate) fn listen() -> Self {
        let (told, stop) = watch::channel(false);
        tokio::spawn(async move {
            told_to_stop().await;
            // Its receivers may be gone.
            let _ = told.send(true);
        });
        Self(stop)
    }

    /// Whether it was told.
    pub(crate) fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when it is told.
    pub(crate) async fn told(&mut self) {
        if self.0.wait_for(|told| *told).await.is_err() {
            std::future::pending().await
        }
    }
}
