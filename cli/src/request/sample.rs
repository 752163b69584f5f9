//! Samples: the files of `events/`, by their names.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The file of that name, or the sample: `events/<name>.json`, in this folder or in the nearest one above it.
///
/// # Errors
/// There is no such file.
pub(crate) fn find(name: &Path) -> anyhow::Result<PathBuf> {
    find_from(&here()?, name)
}

/// The names of all samples, in their order.
///
/// # Errors
/// There is no folder of them.
pub(crate) fn names() -> anyhow::Result<Vec<String>> {
    match folder(&here()?) {
        Some(events) => Ok(names_in(&events)),
        None => bail!("there is no folder events/ here or above; samples are found in a clone of this project"),
    }
}

fn here() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("cannot find the current folder")
}

fn folder(here: &Path) -> Option<PathBuf> {
    here.ancestors().map(|folder| folder.join("events")).find(|events| events.is_dir())
}

fn find_from(here: &Path, name: &Path) -> anyhow::Result<PathBuf> {
    let given = here.join(name);
    if given.is_file() {
        return Ok(given);
    }
    let Some(events) = folder(here) else {
        bail!("there is no file {}, and no folder events/ here or above for a sample of that name", name.display());
    };
    let sample = events.join(name.with_extension("json"));
    if sample.is_file() {
        return Ok(sample);
    }
    let meant = nearest(&name.with_extension("").display().to_string(), names_in(&events));
    let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    bail!("there is no file and no sample {}{meant} All samples: chathooks samples", name.display())
}

/// The name most like this one, where one is like it.
fn nearest(name: &str, names: Vec<String>) -> Option<String> {
    let likeness = |known: &String| (strsim::jaro_winkler(name, known) * 1000.0) as u32;
    names.into_iter().max_by_key(likeness).filter(|known| likeness(known) > 750)
}

fn names_in(events: &Path) -> Vec<String> {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries(events).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    let mut names: Vec<String> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|file| Some(file.with_extension("").strip_prefix(events).ok()?.display().to_string()))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Result<String, String> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/request");
        find_from(&here, Path::new(name)).map(|file| file.display().to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_sample_is_found_by_its_name_from_a_folder_below() {
        for name in ["kommo/v2-text", "kommo/v2-text.json"] {
            assert!(found(name).expect(name).ends_with("events/kommo/v2-text.json"));
        }
        assert!(found("../../../events/kommo/v2-text.json").is_ok());
    }

    #[test]
    fn one_that_is_not_there_is_answered_with_the_nearest() {
        for (name, meant) in [
            ("kommo/v2-txt", "kommo/v2-text"),
            ("komo/v2-text.json", "kommo/v2-text"),
            ("kore/hook-text", "kore/hooks-text"),
            ("qikchat/stiker", "qikchat/sticker"),
        ] {
            let problem = found(name).expect_err("no sample");
            assert!(problem.contains(&format!("did you mean {meant}? All samples: chathooks samples")), "{problem}");
        }
        for name in ["zzz", "kommo/"] {
            let problem = found(name).expect_err("no sample");
            assert!(problem.ends_with("All samples: chathooks samples"), "{problem}");
        }
        assert!(!found("zzz").expect_err("no sample").contains("did you mean"));
    }
}
