//! `docs/cli.md` is what the help says, and the exit codes of all commands in one table.
//!
//! `UPDATE=1 cargo test -p chathooks reference` writes it anew.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};

use crate::commands::Cli;

const BEFORE: &str = r#"# The command line

`cargo chathooks COMMAND` in a clone of this project; without Rust, `chathooks COMMAND` with the program from a release's archive `chathooks-<target>`.

- Settings, and so secrets, come from the environment, else from `--env-file`, else they are the demo secrets of [events/demo.env](../events/demo.env).
- A file of settings has a line `NAME=value` for each. An empty line, and one that begins with `#`, is skipped; `export` may stand before a name. A value without quotes ends before white space with `#` behind it; one in `'…'` is taken as it stands; in `"…"` a backslash takes away the meaning of `"`, `\`, `$` and `` ` ``. Nothing is substituted. LF and CRLF end a line, and a byte order mark is skipped. A line that is none of this, a setting that is there twice, and an empty secret are errors; a name that is no setting is a warning.
- AWS credentials and regions are found as the AWS CLI finds them, `AWS_PROFILE` and single sign-on included; `AWS_PROFILE`, `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, the endpoints and the keys may stand in the file of settings, too.
- `--json` writes JSON to standard output. Errors go to standard error, as `error: ` and what to do.
- What cannot be written to standard output is an error (2); where its reader has gone away, as in `| head -1`, a command ends with 141, as most programs do. `dev` goes on.
- Control characters, and those that change the order of others, are shown as `<U+202E>`.
- Colours and the progress bar are for terminals. `NO_COLOR=1` turns colours off, `CLICOLOR_FORCE=1` on.

"#;

/// The commands in the order of the help.
fn commands() -> Vec<Command> {
    let mut cli = Cli::command().term_width(110);
    cli.build();
    cli.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect()
}

/// What each exit code of a command means: the help's last paragraph.
fn exit_codes(command: &Command) -> [String; 3] {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (_, codes) = help.rsplit_once("\n\nExit codes: ").unwrap_or_else(|| panic!("{} does not tell its exit codes", command.get_name()));
    let codes = codes.trim_end().strip_suffix('.').expect("the exit codes end with a full stop");
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
fn the_page_is_what_the_help_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, page()).expect("docs/ is writable");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page(), "docs/cli.md is not what the help says: UPDATE=1 cargo test -p chathooks reference");
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
