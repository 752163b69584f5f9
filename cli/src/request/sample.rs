//! Samples: the files of `events/`, by name. The program contains the samples that it was built with. In a checkout, the
//! files take precedence, so that a new or edited sample applies immediately.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::args::bounded;

/// The built-in samples: name and content.
const BUILT_IN: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/samples.rs"));

/// Returns the content of the file with that name. If there is none, returns the sample of that name: the file
/// `events/<name>.json` in the current folder or the nearest folder above it with an `events/`, or else the built-in one.
///
/// # Errors
/// Returns an error if there is no such file or sample, or if the file cannot be read.
pub(crate) fn read(name: &Path) -> anyhow::Result<Vec<u8>> {
    read_from(&here()?, name)
}

/// Returns the names of all samples, sorted.
///
/// # Errors
/// Returns an error if the current folder cannot be found.
pub(crate) fn names() -> anyhow::Result<Vec<String>> {
    Ok(names_from(&here()?).into_iter().collect())
}

fn here() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("cannot find the current folder")
}

fn folder(here: &Path) -> Option<PathBuf> {
    here.ancestors().map(|folder| folder.join("events")).find(|events| events.is_dir())
}

fn read_from(here: &Path, name: &Path) -> anyhow::Result<Vec<u8>> {
    let in_checkout = || folder(here).map(|events| events.join(name.with_extension("json")));
    let found = Some(here.join(name)).filter(|file| file.is_file()).or_else(|| in_checkout().filter(|file| file.is_file()));
    if let Some(file) = found {
        let name = file.display().to_string();
        return bounded(File::open(&file).with_context(|| format!("cannot read {name}"))?, &name);
    }
    let wanted = slashed(&name.with_extension(""));
    if let Some((_, content)) = BUILT_IN.iter().find(|(known, _)| *known == wanted) {
        return Ok(content.to_vec());
    }
    let meant = nearest(&wanted, names_from(here)).map_or_else(|| ".".to_owned(), |meant| format!("; did you mean {meant}?"));
    bail!("there is no file or sample {}{meant} All samples: chathooks samples", name.display())
}

/// Returns the most similar name, if one is similar enough.
fn nearest(name: &str, names: BTreeSet<String>) -> Option<String> {
    let likeness = |known: &String| (strsim::jaro_winkler(name, known) * 1000.0) as u32;
    names.into_iter().max_by_key(likeness).filter(|known| likeness(known) > 750)
}

/// Returns the names of the built-in samples and of the files.
fn names_from(here: &Path) -> BTreeSet<String> {
    let built_in = BUILT_IN.iter().map(|(name, _)| (*name).to_owned());
    built_in.chain(folder(here).iter().flat_map(|events| names_in(events))).collect()
}

fn names_in(events: &Path) -> Vec<String> {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries(events).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|file| Some(slashed(file.with_extension("").strip_prefix(events).ok()?)))
        .collect()
}

/// Formats a path with `/`, as in sample names, on Windows too.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn problem(name: &str) -> String {
        read_from(&checkout(), Path::new(name)).expect_err("no sample").to_string()
    }

    #[test]
    fn a_sample_is_found_by_name_inside_and_outside_a_checkout() {
        let content = std::fs::read(checkout().join("events/kommo/v2-text.json")).expect("a sample");
        let outside = tempfile::tempdir().expect("a folder");
        for name in ["kommo/v2-text", "kommo/v2-text.json"] {
            for here in [&checkout().join("cli/src/request"), outside.path()] {
                assert_eq!(read_from(here, Path::new(name)).expect(name), content, "{}", here.display());
            }
        }
        let file = Path::new("../../../events/kommo/v2-text.json");
        assert_eq!(read_from(&checkout().join("cli/src/request"), file).expect("a file"), content);
    }

    #[test]
    fn every_sample_is_built_in() {
        let files: BTreeSet<String> = names_in(&checkout().join("events")).into_iter().collect();
        assert!(files.len() > 100);
        assert_eq!(names_from(tempfile::tempdir().expect("a folder").path()), files);
    }

    #[test]
    fn an_events_folder_adds_and_replaces_samples() {
        let here = tempfile::tempdir().expect("a folder");
        let folder = here.path().join("events/kommo");
        std::fs::create_dir_all(&folder).expect("a folder");
        for name in ["own", "v2-text"] {
            std::fs::write(folder.join(name).with_extension("json"), name).expect("a file");
            assert_eq!(read_from(here.path(), &Path::new("kommo").join(name)).expect(name), name.as_bytes());
        }
        assert!(read_from(here.path(), Path::new("kommo/v1-text")).is_ok());
        assert_eq!(names_from(here.path()).len(), BUILT_IN.len() + 1);
    }

    #[test]
    fn a_missing_sample_suggests_the_nearest() {
        for (name, meant) in [
            ("kommo/v2-txt", "kommo/v2-text"),
            ("komo/v2-text.json", "kommo/v2-text"),
            ("kore/hook-text", "kore/hooks-text"),
            ("qikchat/stiker", "qikchat/sticker"),
        ] {
            let problem = problem(name);
            assert!(problem.contains(&format!("did you mean {meant}? All samples: chathooks samples")), "{problem}");
        }
        for name in ["zzz", "kommo/"] {
            let problem = problem(name);
            assert!(problem.ends_with("All samples: chathooks samples"), "{problem}");
        }
        assert!(!problem("zzz").contains("did you mean"));
    }
}
