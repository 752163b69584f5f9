//! `chathooks completions`: what a shell needs to complete the command line.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::terminal::output;

const HELP: &str = "\
Examples:
  chathooks completions bash > ~/.local/share/bash-completion/completions/chathooks
  chathooks completions zsh > ~/.zfunc/_chathooks
  chathooks completions fish > ~/.config/fish/completions/chathooks.fish

For zsh, ~/.zfunc must stand in fpath before compinit.

Exit codes: 0 it is written; 2 it cannot be, or the shell is not known.";

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Writes the completions of a command line.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn run(args: &CompletionsArgs, command: &mut Command) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(args.shell, command, "chathooks", &mut script);
    output::print(format_args!("{}", String::from_utf8(script)?.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}
