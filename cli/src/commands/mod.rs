//! The command line. Each command has a module with its arguments, its help and its `run` function.

mod completions;
mod dev;
mod doctor;
mod listen;
mod new;
mod queue;
mod receiver;
mod redrive;
mod replay;
mod samples;
mod send;
mod serve;
mod sign;
mod tail;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Receive, verify, deliver and debug chat webhooks on your own machine.
#[derive(Debug, Parser)]
#[command(name = "chathooks", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The command to run.
    #[command(subcommand)]
    command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Write a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Receive webhooks on 127.0.0.1, queue their events, and deliver them
    Dev(dev::DevArgs),
    /// Check a deployment without changing it
    Doctor(doctor::DoctorArgs),
    /// Deliver the events of an SQS queue to your own receiver, as the queue's only consumer
    Listen(listen::ListenArgs),
    /// Create the function of a new provider as a copy of an existing one
    New(new::NewArgs),
    /// Show what is in the embedded queue, including dead and quarantined events
    Queue(queue::QueueArgs),
    /// Move messages from the dead-letter, quarantine or fallback queue back to the main queue
    Redrive(redrive::RedriveArgs),
    /// Send the events of an export to a queue
    Replay(replay::ReplayArgs),
    /// List the sample requests
    Samples(samples::SamplesArgs),
    /// Sign a sample request and post it, once or many times
    Send(send::SendArgs),
    /// Print the headers that prove a request, without sending it
    Sign(sign::SignArgs),
    /// Follow a queue, and export its messages
    Tail(tail::TailArgs),
    /// Show which check a captured request fails, and what to try
    Verify(verify::VerifyArgs),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// Returns an error if an argument, a setting or an address is invalid, or if the command cannot do its work.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Completions(args) => completions::run(&args, &mut Self::command()),
            Command::Dev(args) => dev::run(args).await,
            Command::Doctor(args) => doctor::run(args).await,
            Command::Listen(args) => listen::run(args).await,
            Command::New(args) => new::run(&args),
            Command::Queue(args) => queue::run(&args),
            Command::Redrive(args) => redrive::run(args).await,
            Command::Replay(args) => replay::run(args).await,
            Command::Samples(args) => samples::run(&args),
            Command::Send(args) => send::run(args).await,
            Command::Sign(args) => sign::run(args),
            Command::Tail(args) => tail::run(args).await,
            Command::Verify(args) => verify::run(args),
        }
    }
}
