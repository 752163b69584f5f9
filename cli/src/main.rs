//! `chathooks`: receives, sends and debugs the providers' webhooks on your own machine. No account is needed.
//!
//! ```text
//! dev     webhooks to 127.0.0.1      -> shared::ingest -> the embedded SQLite queue, or SQS; and the inspector
//!         the embedded queue         -> worker::handle -> your receiver
//! queue   the embedded queue         -> counts, and the events that are waiting, quarantined or dead
//! doctor  a deployment               -> what is wrong with it
//! listen  an SQS queue               -> your receiver; and the inspector
//! tail    SQS or the embedded queue  -> the terminal, or an export file
//! redrive a side queue               -> the main queue
//! replay  an export file             -> SQS or the embedded queue
//! send    a sample                   -> signed -> the local gateway, or a deployed URL
//! sign    a request                  -> the headers that prove it
//! verify  a captured request         -> the check that it fails, and what to try
//! new     a folder of functions/     -> a copy for another provider
//! ```
//!
//! Each module uses only modules in the lines below its own:
//!
//! ```text
//! commands                         one module per command, with its arguments and help
//! inspector                        the local web page of `dev` and `listen`
//! gateway, delivery                receiving webhooks into a queue, and delivering events from it
//! history                          deliveries and attempts, for the inspector
//! verdict                          why a request is refused
//! queue, request                   SQS and the embedded queue; finding, signing and sending requests
//! settings                         where settings and secrets come from
//! endpoints, network, terminal     the providers with their secrets; network errors explained; terminal output
//! ```
//!
//! `main` turns every outcome into an exit code. 0: done. 1: a negative result, such as a response other than 2xx, a
//! request that does not verify, or messages that were not moved. 2: an invalid command line, setting or address, or
//! output that cannot be written.

mod commands;
mod delivery;
mod endpoints;
mod gateway;
mod history;
mod inspector;
mod network;
mod queue;
#[cfg(test)]
mod reference;
mod request;
mod settings;
mod terminal;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use terminal::output::{Unwritable, print};

/// The exit code that a shell reports for a program that SIGPIPE ended: 128 plus the signal's number.
const CLOSED_PIPE: u8 = 141;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match commands::Cli::try_parse() {
        Ok(cli) => cli.run().await,
        Err(error) if error.use_stderr() => error.exit(),
        Err(help) => print(format_args!("{}", help.render().ansi().to_string().trim_end())).map(|()| ExitCode::SUCCESS).map_err(Into::into),
    };
    outcome.unwrap_or_else(|error| match error.downcast_ref::<Unwritable>() {
        Some(unwritable) if unwritable.is_closed() => ExitCode::from(CLOSED_PIPE),
        _ => {
            terminal::output::error(&error);
            ExitCode::from(2)
        }
    })
}
