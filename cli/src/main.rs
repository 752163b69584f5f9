//! `chathooks`: the four providers' webhooks on your own machine, without an account anywhere.
//!
//! ```text
//! dev    a gateway on 127.0.0.1    -> shared::ingest -> SQLite, or SQS; and the inspector's page
//!        that SQLite               -> worker::handle -> your own handler
//! queue  that SQLite               -> what is in it, and what nobody will deliver
//! tail, redrive, replay
//!        SQS, or that SQLite       -> shown and exported; back to the main queue; sent again
//! send   a file of events/         -> signed         -> that gateway, or a deployed URL
//! sign   a request                 -> the headers that prove it
//! verify a captured request        -> which check it fails, and what to try
//! new    a folder of functions/    -> another provider's
//! ```
//!
//! All find their secrets in the same places ([`sources`]) and know the same providers ([`functions`]).
//! All errors meet here: 0 is done, 1 a no (an answer that was no 2xx, a request that does not verify, messages
//! that were not moved), 2 a wrong command line, setting or address.

mod args;
mod assignment;
mod capture;
mod completions;
mod curl;
mod dev;
mod env_file;
mod functions;
mod inspector;
mod new;
mod output;
mod peek;
mod place;
mod progress;
mod queue;
mod rate;
mod redrive;
#[cfg(test)]
mod reference;
mod replay;
mod request;
mod sample;
mod samples;
mod selection;
mod send;
mod sign;
mod signed;
mod sources;
mod sqlite_queue;
mod sqs;
mod stop;
mod stored;
mod tail;
mod tally;
mod verdict;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Completions(args) => completions::run(&args),
        Command::Dev(args) => dev::run(args).await,
        Command::New(args) => new::run(&args),
        Command::Queue(args) => queue::run(&args),
        Command::Redrive(args) => redrive::run(args).await,
        Command::Replay(args) => replay::run(args).await,
        Command::Samples(args) => samples::run(&args),
        Command::Send(args) => send::run(args).await,
        Command::Sign(args) => sign::run(args),
        Command::Tail(args) => tail::run(args).await,
        Command::Verify(args) => verify::run(args),
    };
    outcome.unwrap_or_else(|error| {
        output::error(&error);
        ExitCode::from(2)
    })
}
