//! `chathooks completions`: what a shell needs to complete the command line, and the names of samples.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::terminal::output;

const HELP: &str = "\
Examples:
  chathooks completions bash > ~/.local/share/bash-completion/completions/chathooks
  chathooks completions zsh > ~/.zfunc/_chathooks
  chathooks completions fish > ~/.config/fish/completions/chathooks.fish

For zsh, ~/.zfunc must stand in fpath before compinit. In bash, zsh and fish the names of samples are completed, too, those of a \
folder events/ included.

Exit codes: 0 it is written; 2 it cannot be, or the shell is not known.";

/// The commands that take a sample.
const WITH_SAMPLE: [&str; 3] = ["send", "sign", "verify"];

const BASH: &str = r#"
_chathooks_with_samples() {
    _chathooks "$@"
    case "${COMP_WORDS[1]}" in
        send|sign|verify) ;;
        *) return ;;
    esac
    local cur="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
    case "${previous}" in
        --json|--curl|--event|--reveal|--insecure) ;;
        -*) return ;;
    esac
    if [[ ${cur} != -* ]] ; then
        COMPREPLY+=( $(compgen -W "$("${COMP_WORDS[0]}" samples 2>/dev/null)" -- "${cur}") )
    fi
}

complete -F _chathooks_with_samples -o bashdefault -o default chathooks"#;

const ZSH: &str = r#"
_chathooks_sample_or_file() {
    local -a samples
    samples=(${(f)"$(_call_program samples chathooks samples 2>/dev/null)"})
    _alternative 'samples:sample:compadd -a samples' 'files:file:_files'
}
"#;

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
    let script = with_samples(args.shell, &String::from_utf8(script)?);
    output::print(format_args!("{}", script.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}

/// Adds the names of samples: the generated script takes the argument for a file.
fn with_samples(shell: Shell, script: &str) -> String {
    match shell {
        Shell::Bash => format!("{}\n{BASH}", script.trim_end()),
        Shell::Zsh => {
            let lines = script.lines().map(|line| match line.strip_prefix("'::source -- ") {
                Some(_) => line.replace(":_files'", ":_chathooks_sample_or_file'"),
                None => line.to_owned(),
            });
            let script: Vec<String> = lines.collect();
            script.join("\n").replacen("\nautoload -U is-at-least\n", &format!("\nautoload -U is-at-least\n{ZSH}"), 1)
        }
        Shell::Fish => {
            let line =
                |command| format!("complete -c chathooks -n \"__fish_chathooks_using_subcommand {command}\" -a \"(chathooks samples)\"\n");
            format!("{}\n{}", script.trim_end(), WITH_SAMPLE.map(line).concat())
        }
        _ => script.to_owned(),
    }
}
