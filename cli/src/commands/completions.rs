//! `chathooks completions`: a shell's completion script, extended with the names of the samples.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::terminal::output;

const HELP: &str = "\
Examples:
  chathooks completions bash > ~/.local/share/bash-completion/completions/chathooks
  chathooks completions zsh > ~/.zfunc/_chathooks
  chathooks completions fish > ~/.config/fish/completions/chathooks.fish

For zsh, add ~/.zfunc to fpath before you run compinit. In bash, zsh and fish, the script also completes the names of samples, \
including those in a folder events/.

Exit codes: 0 the script was written; 2 the shell is unknown, or the script cannot be written.";

/// The commands that accept a sample.
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
    /// The shell to write the script for
    shell: Shell,
}

/// Writes the completion script.
///
/// # Errors
/// Returns an error if standard output cannot be written.
pub(crate) fn run(args: &CompletionsArgs, command: &mut Command) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(args.shell, command, "chathooks", &mut script);
    let script = with_samples(args.shell, &String::from_utf8(script)?);
    output::print(format_args!("{}", script.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}

/// Adds the names of samples. The generated script completes only files for that argument.
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
