//! `chathooks new`: a function for another provider, begun as a copy of one that is there.
//!
//! It copies the folder and the blocks of the template under the new name, and registers it in the one list of providers:
//! a crate of the workspace, a dependency of the package `functions`, and a word in its list.

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

It works in a checkout of the project: it copies a provider's folder and its blocks of template.yaml. Choose the provider \
whose proof is closest:
{proofs}What to do next is in docs/add-a-provider.md.

Exit codes: 0 the folder is there; 2 nothing was changed.",
        PROVIDERS.first().map_or("acme", |provider| provider.name)
    )
}

/// Returns the provider to begin with where none is named: one whose only proof is a token, as most have it.
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
    /// The provider's name: its folder, the first segment of its path, and the beginning of its events' ids
    name: String,

    /// The provider to begin with
    #[arg(long, value_name = "PROVIDER", default_value = simplest())]
    like: String,
}

/// Copies a function and registers the copy.
///
/// # Errors
/// This is no checkout, or one of the names cannot be taken.
pub(crate) fn run(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let here = std::env::current_dir().context("cannot find the current folder")?;
    let root = here.ancestors().find(|folder| folder.join("functions/lib.rs").is_file());
    let root = root.ok_or_else(|| anyhow!("this is no checkout of chathooks; run it where README.md and functions/ are"))?;
    let NewArgs { name, like } = args;
    check(root, name, like)?;

    let renames = Renames::new(like, name);
    let providers: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
    // All are read and changed in memory first, so that a failure leaves nothing half done.
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
        "{BOLD}functions/{name}{BOLD:#} is a copy of functions/{like}, and cargo dev knows it. Now:\n\
         1. its proof and its parsing: functions/{name}/src/lib.rs, and tests/it beside it\n\
         2. its demo secret in events/demo.env, and its samples in events/{name}/\n\
         3. what is {like}'s in its blocks of template.yaml, and its setting in the README's table\n\
         docs/add-a-provider.md has an example of each."
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path, name: &str, like: &str) -> anyhow::Result<()> {
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_name {
        bail!("`{name}` cannot be a provider's name: it must be lower-case letters and digits, like telegram");
    }
    // A package of the workspace is taken, and so is a crate that the workspace depends on.
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let is_crate = |line: &str| line != crate_of(name) && line.split_once(" = ").is_some_and(|(known, _)| known == name);
    let is_taken = ["cli", "tests", "examples", "chathooks", "crate", "self", "super"].contains(&name) || manifest.lines().any(is_crate);
    if is_taken || root.join("functions").join(name).exists() {
        bail!("the name {name} is taken; choose another, or remove functions/{name} first");
    }
    if !PROVIDERS.iter().any(|provider| provider.name == like) || !root.join("functions").join(like).join("src/lib.rs").is_file() {
        bail!("there is no provider {like} in functions/ to begin with; try --like {}", simplest());
    }
    Ok(())
}

fn edited(root: &Path, file: &str, edit: impl FnOnce(&str) -> Option<String>) -> anyhow::Result<(PathBuf, String)> {
    let path = root.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let edited = edit(&text).ok_or_else(|| anyhow!("{file} has changed its form; add the provider there by hand"))?;
    Ok((path, edited))
}

/// Returns the line of the workspace's manifest that names a provider's crate.
fn crate_of(name: &str) -> String {
    format!("{name} = {{ path = \"functions/{name}\" }}")
}

/// Returns a manifest with a line in its place among those that follow the one that begins so. Where it has the line
/// already, nothing is changed; none where it has no such beginning.
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

/// Returns the list of providers with another one at its end; none where there is no list.
fn with_provider(list: &str, name: &str) -> Option<String> {
    let word = format!("&{name}::PROVIDER");
    let start = list.find("static PROVIDERS:")?;
    let end = start + list[start..].find("];")?;
    if list[start..end].split([',', '[', ' ', '\n']).any(|known| known == word) {
        return Some(list.to_owned());
    }
    Some(format!("{}, {word}{}", list[..end].trim_end().trim_end_matches(','), &list[end..]))
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
    fn a_line_stands_in_its_place_once() {
        let manifest = "[package]\nname = \"x\"\n\n[dependencies]\nkore.workspace = true\nshared.workspace = true\n\n[lints]\n";
        let added = |name: &str| with_line(manifest, "[dependencies]", &format!("{name}.workspace = true")).expect("a manifest");
        assert!(added("acme").contains("[dependencies]\nacme.workspace = true\nkore"), "{}", added("acme"));
        assert!(added("last").contains("kore.workspace = true\nlast.workspace = true\nshared"), "{}", added("last"));
        assert!(added("zulip").contains("shared.workspace = true\nzulip.workspace = true\n\n[lints]"), "{}", added("zulip"));
        assert_eq!(added("kore"), manifest);
        assert_eq!(with_line("[package]\n", "[dependencies]", "zulip"), None);
    }

    #[test]
    fn a_provider_stands_at_the_end_of_the_list_once() {
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

    /// The forms of the very files that are edited.
    #[test]
    fn this_checkout_has_the_places() {
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
