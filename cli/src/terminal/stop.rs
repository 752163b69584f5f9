//! Stopping on Ctrl-C, on SIGTERM, or when the reader of the output exits.

use tokio::sync::watch;

/// Completes on Ctrl-C or SIGTERM.
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

/// Completes when the reader of standard output exits, as `head` does. Never completes if that cannot be detected.
async fn reader_gone() {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use tokio::io::Interest;
        use tokio::net::unix::pipe::Sender;
        let stdout = std::io::stdout().as_fd().try_clone_to_owned();
        // Fails for a file, which has no reader.
        if let Some(stdout) = stdout.ok().and_then(|stdout| Sender::from_file_unchecked(stdout.into()).ok())
            && stdout.ready(Interest::ERROR).await.is_ok()
        {
            return;
        }
    }
    std::future::pending().await
}

/// Whether to stop, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    ByUser,
    ByReader,
}

/// A signal to stop. Work ends after the current step.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<Told>);

impl Stop {
    /// Starts listening for Ctrl-C and SIGTERM, which then no longer end the process directly.
    pub(crate) fn listen() -> Self {
        Self::after(async {
            told_to_stop().await;
            Told::ByUser
        })
    }

    /// Starts listening for Ctrl-C, SIGTERM, and the exit of the output's reader, for commands that only print.
    pub(crate) fn listen_with_reader() -> Self {
        Self::after(async {
            tokio::select! {
                () = told_to_stop() => Told::ByUser,
                () = reader_gone() => Told::ByReader,
            }
        })
    }

    fn after(told: impl Future<Output = Told> + Send + 'static) -> Self {
        let (tell, stop) = watch::channel(Told::NotYet);
        tokio::spawn(async move {
            // Fails only if all receivers are gone.
            let _ = tell.send(told.await);
        });
        Self(stop)
    }

    /// Returns whether to stop.
    pub(crate) fn is_told(&self) -> bool {
        *self.0.borrow() != Told::NotYet
    }

    /// Returns whether to stop because the reader of the output has exited.
    pub(crate) fn has_no_reader(&self) -> bool {
        *self.0.borrow() == Told::ByReader
    }

    /// Completes when it is time to stop.
    pub(crate) async fn told(&mut self) {
        if self.0.wait_for(|told| *told != Told::NotYet).await.is_err() {
            std::future::pending().await
        }
    }
}
