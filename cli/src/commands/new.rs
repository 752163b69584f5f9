//! `chathooks new`: creates the function of a new provider as a copy of an existing one.
//!
//! The command copies a provider's folder and its blocks of `template.yaml` under the new name. It then registers the
//! copy as a crate of the workspace, as a dependency of the package `functions`, and in that package's list of providers.

mod blocks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use functions::PROVIDERS;
use shared::provider::Provider;
use shared::verify::Scheme;

use crate::terminal::output::{self, BOLD};
use crate::verdict::scheme;

fn examples() -> String {
    let webhooks = PROVIDERS.iter().flat_map(|provider| provider.webhooks.iter().map(|webhook| (provider.name, webhook)));
    let proofs: String =
        webhooks.map(|(name, webhook)| format!("  {name:<12} {} ({})\n", webhook.secret, scheme(&webhook.scheme))).collect();
    format!(
        "\
Examples:
  chathooks new telegram
  chathooks new acme --like {}

Run it in a checkout of the project. It copies a provider's folder and its blocks of template.yaml, and registers the copy. \
Choose the provider whose proof is most like the new one:
{proofs}docs/add-a-provider.md describes the next steps.

Exit codes: 0 the function was created; 2 nothing was changed.",
        PROVIDERS.first().map_or("acme", |provider| provider.name)
    )
}

/// Returns the default provider to copy: one whose only proof is a token, the most common kind.
fn simplest() -> &'static str {
    let is_token =
        |provider: &Provider| matches!(provider.webhooks, [webhook] if matches!(&webhook.scheme, Scheme::Basic(basic) if !basic.is_login));
    let simplest = PROVIDERS.iter().find(|provider| is_token(provider)).or(PROVIDERS.first());
    simplest.map_or("acme", |provider| provider.name)
}

/// Arguments of `new`.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub(crate) struct NewArgs {
    /// The new provider's name: its folder, the first segment of its path, and the prefix of its event ids
    name: String,

    /// The provider to copy
    #[arg(long, value_name = "PROVIDER", default_value = simplest())]
    like: String,
}

/// Copies a function and registers the copy.
///
/// # Errors
/// Returns an error if the current folder is not in a checkout, or if one of the names cannot be used.
pub(crate) fn run(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let here = std::env::current_dir().context("cannot find the current folder")?;
    let root = here.ancestors().find(|folder| folder.join("functions/lib.rs").is_file());
    let root =
        root.ok_or_else(|| anyhow!("not in a checkout of chathooks; run this command in the folder with README.md and functions/"))?;
    let NewArgs { name, like } = args;
    check(root, name, like)?;

    let renames = Renames::new(like, name);
    let providers: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
    // All files are read and changed in memory first, so that a failure leaves no file changed.
    let registered = [
        edited(root, "Cargo.toml", |manifest| with_line(manifest, "chathooks-event = ", &crate_of(name)))?,
        edited(root, "functions/Cargo.toml", |manifest| with_line(manifest, "[dependencies]", &format!("{name}.workspace = true")))?,
        edited(root, "functions/lib.rs", |list| with_provider(list, name))?,
        edited(root, "template.yaml", |template| blocks::with_blocks(template, &providers, like, &renames))?,
    ];
    copy(&root.join("functions").join(like), &root.join("functions").join(name), &renames)?;
    for (file, text) in registered {
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    output::print(format_args!(
        "{BOLD}functions/{name}{BOLD:#} is a copy of functions/{like}, and `cargo dev` serves it. Next:\n\
         1. Change its proof and its parsing in functions/{name}/src/lib.rs, and its tests in functions/{name}/tests/it.\n\
         2. Add its demo secret to events/demo.env, and its samples to events/{name}/.\n\
         3. Adapt its blocks of template.yaml, and add its setting to the table in README.md.\n\
         docs/add-a-provider.md has an example of each step."
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path, name: &str, like: &str) -> anyhow::Result<()> {
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_name {
        bail!("`{name}` cannot be a provider's name: it must be lower-case letters and digits, beginning with a letter, like telegram");
    }
    // The packages of the workspace and the crates that it depends on are in this manifest.
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let is_crate = |line: &str| line != crate_of(name) && line.split_once(" = ").is_some_and(|(known, _)| known == name);
    let is_taken = ["cli", "tests", "examples", "chathooks", "crate", "self", "super"].contains(&name) || manifest.lines().any(is_crate);
    if is_taken || root.join("functions").join(name).exists() {
        bail!("the name {name} is taken; choose another, or remove functions/{name} first");
    }
    if !PROVIDERS.iter().any(|provider| provider.name == like) || !root.join("functions").join(like).join("src/lib.rs").is_file() {
        bail!("there is no provider {like} in functions/ to copy; try --like {}", simplest());
    }
    Ok(())
}

fn edited(root: &Path, file: &str, edit: impl FnOnce(&str) -> Option<String>) -> anyhow::Result<(PathBuf, String)> {
    let path = root.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let edited = edit(&text).ok_or_else(|| anyhow!("{file} does not have the expected form; add the provider to it manually"))?;
    Ok((path, edited))
}

/// Returns the line of the workspace's manifest that names a provider's crate.
fn crate_of(name: &str) -> String {
    format!("{name} = {{ path = \"functions/{name}\" }}")
}

/// Inserts a line in sorted order into the block of lines below the first one that starts with `beginning`. Returns the
/// manifest unchanged if it already has the line, and `None` if no line starts with `beginning`.
fn with_line(manifest: &str, beginning: &str, added: &str) -> Option<String> {
    let mut lines: Vec<&str> = manifest.lines().collect();
    if lines.contains(&added) {
        return Some(manifest.to_owned());
    }
    let start = lines.iter().position(|line| line.starts_with(beginning))? + 1;
    let before = lines[start..].iter().take_while(|line| !line.is_empty() && **line < added).count();
    lines.insert(start + before, added);
    Some(lines.join("\n") + "\n")
}

/// Appends a provider to the list of providers, unless the list has it. Returns `None` if there is no list.
fn with_provider(list: &str, name: &str) -> Option<String> {
    let word = format!("&{name}::PROVIDER");
    let start = list.find("static PROVIDERS:")?;
    let end = start + list[start..].find("];")?;
    if list[start..end].split([',', '[', ' ', '\n']).any(|known| known == word) {
        return Some(list.to_owned());
    }
    Some(format!("{}, {word}{}", list[..end].trim_end().trim_end_matches(','), &list[end..]))
}

/// The replacement of one name by another, in the three forms in which code writes it: lower case, upper case, capitalized.
struct Renames([(String, String); 3]);

impl Renames {
    fn new(from: &str, to: &str) -> Self {
        Self([str::to_owned, str::to_uppercase, capitalized].map(|form: fn(&str) -> String| (form(from), form(to))))
    }

    fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

fn capitalized(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

/// Copies a folder of text files, without the snapshots, which hold the old provider's results.
fn copy(from: &Path, to: &Path, renames: &Renames) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
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
    fn a_line_is_inserted_once_in_sorted_order() {
        let manifest = "[package]\nname = \"x\"\n\n[dependencies]\nkore.workspace = true\nshared.workspace = true\n\n[lints]\n";
        let added = |name: &str| with_line(manifest, "[dependencies]", &format!("{name}.workspace = true")).expect("a manifest");
        assert!(added("acme").contains("[dependencies]\nacme.workspace = true\nkore"), "{}", added("acme"));
        assert!(added("last").contains("kore.workspace = true\nlast.workspace = true\nshared"), "{}", added("last"));
        assert!(added("zulip").contains("shared.workspace = true\nzulip.workspace = true\n\n[lints]"), "{}", added("zulip"));
        assert_eq!(added("kore"), manifest);
        assert_eq!(with_line("[package]\n", "[dependencies]", "zulip"), None);
    }

    #[test]
    fn a_provider_is_appended_to_the_list_once() {
        let list = "static PROVIDERS: &[&Provider] = &[&kommo::PROVIDER, &kore::PROVIDER];\nfn x() { [1]; }\n";
        let edited = "static PROVIDERS: &[&Provider] = &[&kommo::PROVIDER, &kore::PROVIDER, &telegram::PROVIDER];\nfn x() { [1]; }\n";
        assert_eq!(with_provider(list, "telegram").as_deref(), Some(edited));
        assert_eq!(with_provider(edited, "telegram").as_deref(), Some(edited));
        let long = "static PROVIDERS: &[&Provider] = &[\n    &kore::PROVIDER,\n];\n";
        assert_eq!(
            with_provider(long, "ore").as_deref(),
            Some("static PROVIDERS: &[&Provider] = &[\n    &kore::PROVIDER, &ore::PROVIDER];\n")
        );
        assert_eq!(with_provider("no list", "a"), None);
    }

    /// Checks against the actual files that the command edits.
    #[test]
    fn the_files_of_this_checkout_have_the_expected_form() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let read = |file: &str| std::fs::read_to_string(root.join(file)).expect(file);
        let line = crate_of("telegram");
        assert!(with_line(&read("Cargo.toml"), "chathooks-event = ", &line).is_some_and(|text| text.contains(&format!("\n{line}\n"))));
        let line = "telegram.workspace = true";
        assert!(
            with_line(&read("functions/Cargo.toml"), "[dependencies]", line)
                .is_some_and(|text| text.contains(&format!("shared.workspace = true\n{line}\n")))
        );
        assert!(with_provider(&read("functions/lib.rs"), "telegram").is_some_and(|text| text.contains(", &telegram::PROVIDER]")));
        for (name, is_free) in
            [("telegram", true), ("time", false), ("worker", false), ("functions", false), ("cli", false), ("a-b", false)]
        {
            assert_eq!(check(&root, name, simplest()).is_ok(), is_free, "{name}");
        }
    }

    #[test]
    fn a_name_is_replaced_in_all_its_forms() {
        let renames = Renames::new("kommunicate", "telegram");
        assert_eq!(renames.apply("kommunicate::Kommunicate KOMMUNICATE_TOKEN"), "telegram::Telegram TELEGRAM_TOKEN");
    }
}
