//! `chathooks new`: a function for another provider, begun as a copy of one that is there.
//!
//! It copies the folder under the new name and registers it with this program, in the two places that
//! name the providers: the dependencies of `cli/Cargo.toml` and the list in `cli/src/functions.rs`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::Args;

use crate::terminal::output::{self, BOLD};

const EXAMPLES: &str = "\
Examples:
  chathooks new telegram
  chathooks new acme --like kommo

It works in a checkout of the project. Choose the provider whose proof is closest: kommo signs the body (HMAC), kommunicate \
sends a token, qikchat a login, kore a token or a JWT. What to do next is in docs/add-a-provider.md.

Exit codes: 0 the folder is there; 2 nothing was changed.";

/// Arguments of `new`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct NewArgs {
    /// The provider's name: its folder, the first segment of its path, and the beginning of its events' ids
    name: String,

    /// The provider to begin with
    #[arg(long, value_name = "PROVIDER", default_value = "kommunicate")]
    like: String,
}

/// Copies a function and registers the copy.
///
/// # Errors
/// This is no checkout, or one of the names cannot be taken.
pub(crate) fn run(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let here = std::env::current_dir().context("cannot find the current folder")?;
    let root = here.ancestors().find(|folder| folder.join("cli/src/functions.rs").is_file());
    let root = root.ok_or_else(|| anyhow!("this is no checkout of chathooks; run it where README.md and functions/ are"))?;
    let NewArgs { name, like } = args;
    check(root, name, like)?;

    // Both are read and changed in memory first, so that a failure leaves nothing half done.
    let registered = [
        edited(root, "cli/Cargo.toml", |manifest| with_dependency(manifest, name))?,
        edited(root, "cli/src/functions.rs", |list| with_function(list, name))?,
    ];
    let renames = Renames::new(like, name);
    copy(&root.join("functions").join(like), &root.join("functions").join(name), &renames)?;
    for (file, text) in registered {
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    output::line(format_args!(
        "{BOLD}functions/{name}{BOLD:#} is a copy of functions/{like}, and cargo dev knows it. Now:\n\
         1. its proof and its parsing: functions/{name}/src/lib.rs, and tests/it beside it\n\
         2. its demo secret in events/demo.env, and its samples in events/{name}/\n\
         3. its block in template.yaml\n\
         docs/add-a-provider.md has an example of each."
    ));
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path, name: &str, like: &str) -> anyhow::Result<()> {
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_name {
        bail!("`{name}` cannot be a provider's name: it must be lower-case letters and digits, like telegram");
    }
    // A word of Rust would be no crate, and a package of the workspace is taken.
    let is_taken = ["cli", "shared", "testkit", "tests", "examples", "chathooks", "worker"].contains(&name);
    if is_taken || root.join("functions").join(name).exists() {
        bail!("the name {name} is taken; choose another, or remove functions/{name} first");
    }
    if like == "worker" || !root.join("functions").join(like).join("src/lib.rs").is_file() {
        bail!("there is no provider {like} in functions/ to begin with; try --like kommunicate");
    }
    Ok(())
}

fn edited(root: &Path, file: &str, edit: impl FnOnce(&str) -> Option<String>) -> anyhow::Result<(PathBuf, String)> {
    let path = root.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let edited = edit(&text).ok_or_else(|| anyhow!("{file} has changed its form; add the provider there by hand"))?;
    Ok((path, edited))
}

/// A line among the dependencies, in its place.
fn with_dependency(manifest: &str, name: &str) -> Option<String> {
    let start = manifest.find("[dependencies]\n")? + "[dependencies]\n".len();
    let (before, rest) = manifest.split_at(start);
    let next = rest.lines().take_while(|line| !line.is_empty() && *line < name).map(|line| line.len() + 1).sum();
    Some(format!("{before}{}{name} = {{ path = \"../functions/{name}\" }}\n{}", &rest[..next], &rest[next..]))
}

/// A word in the list of functions.
fn with_function(list: &str, name: &str) -> Option<String> {
    let start = list.find("static FUNCTIONS:")?;
    let end = start + list[start..].find("];")?;
    Some(format!("{}, &{name}::FUNCTION{}", list[..end].trim_end().trim_end_matches(','), &list[end..]))
}

/// One name for another, in the three ways in which code writes it.
struct Renames([(String, String); 3]);

impl Renames {
    fn new(from: &str, to: &str) -> Self {
        Self([str::to_owned, str::to_uppercase, capitalised].map(|form: fn(&str) -> String| (form(from), form(to))))
    }

    fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

/// Copies a folder of text files; the snapshots are the old provider's own.
fn copy(from: &Path, to: &Path, renames: &Renames) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "snapshots" {
                copy(&path, &to.join(name), renames)?;
            }
            continue;
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let target = to.join(renames.apply(&name.to_string_lossy()));
        std::fs::write(&target, renames.apply(&text)).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_stands_in_its_place() {
        let manifest =
            "[package]\nname = \"x\"\n\n[dependencies]\nkore = { path = \"../functions/kore\" }\ntokio.workspace = true\n\n[lints]\n";
        let edited = with_dependency(manifest, "telegram").expect("a manifest");
        assert!(edited.contains("functions/kore\" }\ntelegram = { path = \"../functions/telegram\" }\ntokio"), "{edited}");
        let last = with_dependency(manifest, "zulip").expect("a manifest");
        assert!(last.contains("tokio.workspace = true\nzulip = { path = \"../functions/zulip\" }\n\n[lints]"), "{last}");
        assert_eq!(with_dependency("[package]\n", "zulip"), None);
    }

    #[test]
    fn a_function_stands_at_the_end_of_the_list() {
        let list = "static FUNCTIONS: &[&Function] = &[&kommo::FUNCTION, &kore::FUNCTION];\nfn x() { [1]; }\n";
        let edited = "static FUNCTIONS: &[&Function] = &[&kommo::FUNCTION, &kore::FUNCTION, &telegram::FUNCTION];\nfn x() { [1]; }\n";
        assert_eq!(with_function(list, "telegram").as_deref(), Some(edited));
        let long = "static FUNCTIONS: &[&Function] = &[\n    &kore::FUNCTION,\n];\n";
        assert_eq!(with_function(long, "a").as_deref(), Some("static FUNCTIONS: &[&Function] = &[\n    &kore::FUNCTION, &a::FUNCTION];\n"));
        assert_eq!(with_function("no list", "a"), None);
    }

    #[test]
    fn a_name_is_replaced_in_all_its_forms() {
        let renames = Renames::new("kommunicate", "telegram");
        assert_eq!(renames.apply("kommunicate::Kommunicate KOMMUNICATE_TOKEN"), "telegram::Telegram TELEGRAM_TOKEN");
    }
}
