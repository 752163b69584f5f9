//! Samples: complete Lambda HTTP events, in files.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use shared::http_event::HttpEvent;
use shared::received::Received;

/// The request in a file, or in the sample of that name: `events/<name>.json`, in this folder or in the
/// nearest one above it.
///
/// # Errors
/// There is no such file, or it is no Lambda HTTP event.
pub(crate) fn read(name: &Path) -> anyhow::Result<Received> {
    let here = std::env::current_dir().context("cannot find the current folder")?;
    let file = find(&here, name)?;
    let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let event: HttpEvent = serde_json::from_slice(&text).with_context(|| format!("{} is no Lambda HTTP event", file.display()))?;
    let request = event.into_received(String::new(), None);
    if request.path.is_empty() || request.method.is_empty() {
        bail!("{} is no Lambda HTTP event: it needs `rawPath` and `requestContext.http.method`", file.display());
    }
    Ok(request)
}

fn find(here: &Path, name: &Path) -> anyhow::Result<PathBuf> {
    let given = here.join(name);
    if given.is_file() {
        return Ok(given);
    }
    let Some(events) = here.ancestors().map(|folder| folder.join("events")).find(|events| events.is_dir()) else {
        bail!("there is no file {}, and no folder events/ here or above for a sample of that name", name.display());
    };
    let sample = events.join(name.with_extension("json"));
    if sample.is_file() {
        return Ok(sample);
    }
    let mut names = samples(&events);
    let near = name.components().next().filter(|provider| events.join(provider).is_dir());
    names.retain(|sample| near.is_none_or(|provider| Path::new(sample).starts_with(provider)));
    bail!("there is no file and no sample {}; the samples are {}", name.display(), names.join(", "))
}

/// The names of all samples, in their order.
fn samples(events: &Path) -> Vec<String> {
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
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dev");
        find(&here, Path::new(name)).map(|file| file.display().to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_sample_is_found_by_its_name_from_a_folder_below() {
        for name in ["kommo/v2-text", "kommo/v2-text.json"] {
            assert!(found(name).expect(name).ends_with("events/kommo/v2-text.json"));
        }
        assert!(found("../../../events/kommo/v2-text.json").is_ok());
    }

    #[test]
    fn one_that_is_not_there_is_answered_with_those_that_are() {
        let near = found("kommo/v2-txt").expect_err("no sample");
        assert!(near.contains("kommo/v2-text") && !near.contains("kore/"), "{near}");
        let all = found("typo").expect_err("no sample");
        assert!(all.contains("kommo/v2-text") && all.contains("kore/callback-text"), "{all}");
        assert!(found("kommo").is_err());
    }
}
