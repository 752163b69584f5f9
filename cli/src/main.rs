//! `chathooks`: the providers' webhooks on your own machine, without an account anywhere.
//!
//! ```text
//! dev    a gateway on 127.0.0.1    -> shared::ingest -> SQLite, or SQS; and the inspector's page
//!        that SQLite               -> worker::handle -> your own handler
//! queue  that SQLite               -> what is in it, and what nobody will deliver
//! doctor a deployment                -> what is wrong with it
//! listen SQS                        -> your own handler; and the inspector's page
//! tail, redrive, replay
//!        SQS, or that SQLite       -> shown and exported; back to the main queue; sent again
//! send   a file of events/         -> signed         -> that gateway, or a deployed URL
//! sign   a request                 -> the headers that prove it
//! verify a captured request        -> which check it fails, and what to try
//! new    a folder of functions/    -> another provider's
//! ```
//!
//! Each module uses only modules that stand below it:
//!
//! ```text
//! commands                         a module for each command, with its arguments and help
//! inspector                        the page of `dev` and `listen`
//! gateway, delivery                what goes into the local queue, and what comes out of it
//! history                          what the inspector remembers of both
//! verdict                          why a request is refused
//! queue, request                   SQS and the embedded queue; a request, found, signed and sent
//! settings                         where secrets come from
//! endpoints, network, terminal     the providers with their secrets; why a request got no answer; what the user reads
//! ```
//!
//! All errors meet here: 0 is done, 1 a no (an answer that was no 2xx, a request that does not verify, messages
//! that were not moved), 2 a wrong command line, setting or address, or an output that cannot be written.

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

/// The exit code that a shell reports for a program ended by a closed pipe: 128 plus the number of SIGPIPE.
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
