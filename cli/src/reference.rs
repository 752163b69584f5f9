//! `docs/cli.md` contains the help of every command, and a table of the exit codes.
//!
//! `UPDATE=1 cargo test -p chathooks reference` regenerates it.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};

use crate::commands::Cli;

const BEFORE: &str = r#"# The command line

Run `cargo chathooks COMMAND` in a clone of this project. Without Rust, run `chathooks COMMAND` with the program from the release archive `chathooks-<target>`.

- Settings, including secrets, come from the environment, then from `--env-file`. Secrets that are set in neither are the demo secrets of [events/demo.env](../events/demo.env).
- A settings file has one `NAME=value` per line. Empty lines and lines that begin with `#` are skipped. A name can follow `export`. An unquoted value ends before white space that is followed by `#`. A value in `'…'` is literal. In a value in `"…"`, a backslash escapes `"`, `\`, `$` and `` ` ``. Nothing is substituted. Lines end with LF or CRLF, and a byte order mark is skipped. Any other line, a duplicate setting, or an empty secret is an error. An unknown name is a warning.
- AWS credentials and regions are found as the AWS CLI finds them, including `AWS_PROFILE` and single sign-on. The settings file can also set `AWS_PROFILE`, `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, the endpoints and the keys.
- `--json` writes JSON to standard output. Errors go to standard error: `error: `, what is wrong, and what to do.
- If standard output cannot be written, a command exits with 2. If the reader of its output has exited, as in `| head -1`, a command exits with 141, as most programs do. `dev` keeps running.
- Control characters, and characters that reorder text, are shown as code points, such as `<U+202E>`.
- Colors and the progress bar appear only on a terminal. `NO_COLOR=1` turns colors off, and `CLICOLOR_FORCE=1` turns them on.

"#;

/// Returns the commands in the order of the help.
fn commands() -> Vec<Command> {
    let mut cli = Cli::command().term_width(110);
    cli.build();
    cli.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect()
}

/// Returns what the exit codes 0, 1 and 2 of a command mean, from the last paragraph of its help.
fn exit_codes(command: &Command) -> [String; 3] {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (_, codes) =
        help.rsplit_once("\n\nExit codes: ").unwrap_or_else(|| panic!("the help of {} does not list its exit codes", command.get_name()));
    let codes = codes.trim_end().strip_suffix('.').expect("the exit codes end with a period");
    ["0 ", "1 ", "2 "].map(|code| codes.split("; ").find_map(|part| part.strip_prefix(code)).unwrap_or("-").to_owned())
}

fn page() -> String {
    let mut page = BEFORE.to_owned() + "## Exit codes\n\n| command | 0 | 1 | 2 |\n|---|---|---|---|\n";
    for command in commands() {
        page += &format!("| [`{0}`](#chathooks-{0}) | {1} |\n", command.get_name(), exit_codes(&command).join(" | "));
    }
    for mut command in commands() {
        let help = command.render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        page += &format!("\n## chathooks {}\n\n```text\n{}\n```\n", command.get_name(), help.join("\n"));
    }
    page
}

#[test]
fn the_page_matches_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, page()).expect("docs/ is writable");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page(), "docs/cli.md is stale: run UPDATE=1 cargo test -p chathooks reference");
}

#[test]
fn each_help_has_examples_and_exit_codes() {
    for command in commands() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let example = format!("chathooks {}", command.get_name());
        let examples = help.lines().skip(1).take_while(|line| line.starts_with("  ")).filter(|line| line.contains(&example)).count();
        assert!(help.starts_with("Examples:\n") && examples > 1, "{} has no examples", command.get_name());
        let [done, _, wrong] = exit_codes(&command);
        assert!(done != "-" && wrong != "-", "{}", command.get_name());
    }
}
