//! The port on which `dev` and `listen` serve the inspector.

use std::net::Ipv4Addr;

use anyhow::{Context, anyhow};
use axum::Router;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::delivery::GRACE;
use crate::inspector::page_url;
use crate::terminal::output::{BOLD, GOOD};
use crate::terminal::program;

/// The port flag.
#[derive(Debug, Args)]
pub(super) struct PortArgs {
    /// The port on 127.0.0.1; 0 chooses a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

impl PortArgs {
    /// Listens on the port. Returns the listener and its origin, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// The port cannot be used.
    pub(super) async fn bind(&self) -> anyhow::Result<(TcpListener, String)> {
        let port = self.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => anyhow!(
                "port {port} is taken, perhaps by another `{} dev` or `listen`; stop it, or choose another port: --port 8081 (0 chooses a \
                 free one)",
                program()
            ),
            std::io::ErrorKind::PermissionDenied => {
                anyhow!("port {port} is reserved for the system; choose a port above 1023 with --port")
            }
            _ => anyhow::Error::from(error).context(format!("cannot listen on port {port}; choose another with --port")),
        })?;
        let origin = format!("http://{}", listener.local_addr().context("cannot read the local address of the port")?);
        Ok((listener, origin))
    }
}

/// Returns the last line of the startup text: the address of the inspector.
pub(super) fn inspector_line(origin: &str, token: &str, shows: &str) -> String {
    format!("{BOLD}inspector{BOLD:#}: {GOOD}{}{GOOD:#} shows every {shows}", page_url(origin, token))
}

/// Serves requests until the command is stopped. Running requests then have [`GRACE`] to finish.
///
/// # Errors
/// The server failed.
pub(super) async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    let mut told = stopped.clone();
    let server = axum::serve(listener, router);
    let server = server.with_graceful_shutdown(async move { drop(told.wait_for(|stopped| *stopped).await) });
    let end = async {
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = server => outcome.context("the server failed"),
        () = end => Ok(()),
    }
}
