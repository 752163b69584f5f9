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

/// Ends when nobody reads standard output any more, as after `| head`; never where that cannot be told.
async fn reader_gone() {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use tokio::io::Interest;
        use tokio::net::unix::pipe::Sender;
        let stdout = std::io::stdout().as_fd().try_clone_to_owned();
        // A file, unlike a pipe, has nothing to wait for.
        if let Some(stdout) = stdout.ok().and_then(|stdout| Sender::from_file_unchecked(stdout.into()).ok())
            && stdout.ready(Interest::ERROR).await.is_ok()
        {
            return;
        }
    }
    std::future::pending().await
}

/// Why work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    ByUser,
    ByReader,
}

/// Whether this program was told to stop: work ends after the step that is under way.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<Told>);

impl Stop {
    /// Listens from now on to Ctrl-C and to other programs. What it listens to no longer ends the program by itself.
    pub(crate) fn listen() -> Self {
        Self::after(async {
            told_to_stop().await;
            Told::ByUser
        })
    }

    /// The same for a command that only shows something: it stops also where nobody reads that any more.
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
            // Its receivers may be gone.
            let _ = tell.send(told.await);
        });
        Self(stop)
    }

    /// Whether it was told.
    pub(crate) fn is_told(&self) -> bool {
        *self.0.borrow() != Told::NotYet
    }

    /// Whether it stops because nobody reads.
    pub(crate) fn has_no_reader(&self) -> bool {
        *self.0.borrow() == Told::ByReader
    }

    /// Ends when it is told.
    pub(crate) async fn told(&mut self) {
        if self.0.wait_for(|told| *told != Told::NotYet).await.is_err() {
            std::future::pending().await
        }
    }
}
