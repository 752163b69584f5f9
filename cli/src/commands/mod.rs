//! The command line: a module for each command, which holds the command's arguments, its help and its `run`.

mod completions;
mod dev;
mod doctor;
mod listen;
mod new;
mod queue;
mod receiver;
mod redrive;
mod relay;
mod replay;
mod samples;
mod send;
mod serve;
mod sign;
mod tail;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Verified chat webhooks, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "chathooks", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
enum Command {
    /// Write what a shell needs to complete this command line
    Completions(completions::CompletionsArgs),
    /// Receive webhooks on 127.0.0.1, put their events into a queue, and deliver them
    Dev(dev::DevArgs),
    /// Check a deployment without changing it
    Doctor(doctor::DoctorArgs),
    /// Deliver the events of an SQS queue that only you consume to your own handler
    Listen(listen::ListenArgs),
    /// Begin a function for another provider, as a copy of one that is there
    New(new::NewArgs),
    /// Show what stands in the local queue, and its dead letters
    Queue(queue::QueueArgs),
    /// Move dead letters, quarantined messages or a fallback's back to the main queue
    Redrive(redrive::RedriveArgs),
    /// Send the events of an export again
    Replay(replay::ReplayArgs),
    /// List the sample events
    Samples(samples::SamplesArgs),
    /// Sign a sample event and post it, once or many times
    Send(send::SendArgs),
    /// Print the headers that prove a request, without sending it
    Sign(sign::SignArgs),
    /// Follow a queue, and export what is in it
    Tail(tail::TailArgs),
    /// Say which check a captured request fails, and what to try
    Verify(verify::VerifyArgs),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// A command line, a setting or an address is wrong, or the command could not do its work.
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
