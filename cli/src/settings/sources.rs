//! The sources of a setting, in order: the environment, a file, and the documented demo secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use shared::settings::{DELIVERY_SECRET, Settings};

use super::env_file::{self, Entry};
use super::known;
use crate::endpoints;
use crate::terminal::output;

/// The public secrets that sign the samples.
const DEMO: &str = include_str!("../../../events/demo.env");

/// The public secret that signs deliveries. It is not in `events/demo.env`, because the deployed worker does not start with
/// a secret but no URL.
pub(crate) const DEMO_DELIVERY_SECRET: &str = "whsec_Y2hhdGhvb2tzLWRlbW8tZGVsaXZlcnktc2VjcmV0LS0=";

/// The maximum size of a settings file, in bytes. The limit also stops at endless files.
const MAX_BYTES: u64 = 1024 * 1024;

type Lookup = fn(&str) -> Option<String>;

/// The sources of settings, in order of precedence.
pub(crate) struct Sources {
    environment: Lookup,
    file: Option<(PathBuf, BTreeMap<String, Entry>)>,
    demo: BTreeMap<String, Entry>,
}

/// The source of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source<'s> {
    /// The environment of the process.
    Environment,
    /// The file of `--env-file`.
    File(&'s Path),
    /// The demo secrets.
    Demo,
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => out.write_str("your own, from the environment"),
            Self::File(path) => write!(out, "your own, from {}", path.display()),
            Self::Demo => out.write_str("the demo secret"),
        }
    }
}

impl Sources {
    /// Reads the environment, the file, and the demo secrets. Prints a warning on stderr for unknown names in the file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if it has an invalid line or an empty secret.
    pub(crate) fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let file = file.map(|path| {
            let text = read(path).with_context(|| format!("cannot read the settings in {}", path.display()))?;
            let text = String::from_utf8(text).map_err(|error| {
                let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
                anyhow!("{}: line {line}: it is not UTF-8; save the file as UTF-8", path.display())
            })?;
            let settings = env_file::parse(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
            anyhow::Ok((path.to_owned(), settings))
        });
        let mut demo = env_file::parse(DEMO).map_err(|error| anyhow!("events/demo.env: {error}"))?;
        demo.insert(DELIVERY_SECRET.to_owned(), Entry { value: DEMO_DELIVERY_SECRET.to_owned(), line: 0 });
        let sources = Self {
            environment: |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
            file: file.transpose()?,
            demo,
        };
        sources.check()?;
        Ok(sources)
    }

    fn check(&self) -> anyhow::Result<()> {
        if let Some((path, settings)) = &self.file {
            for (name, entry) in settings {
                if let Some(warning) = known::warning(name) {
                    output::note(&format!("warning: {}: line {}: {warning}", path.display(), entry.line));
                }
            }
        }
        // An empty secret is usually one that was not found. Falling back to the public demo secret would accept forged requests.
        for name in known::secrets() {
            let in_file = self.file.as_ref().and_then(|(path, file)| Some((path, file.get(name)?)));
            if let Some((path, entry)) = in_file.filter(|(_, entry)| entry.value.is_empty()) {
                bail!("{name} is empty in {}, line {}; set a value, or remove the line", path.display(), entry.line);
            }
            if in_file.is_none() && (self.environment)(name).is_some_and(|value| value.is_empty()) {
                output::note(&format!("warning: {name} is empty in the environment, so the demo secret is in force"));
            }
        }
        Ok(())
    }

    /// Returns the sources with a file `my.env` of that text, and the demo secrets.
    #[cfg(test)]
    pub(crate) fn of_file(text: &str) -> Self {
        let file = (PathBuf::from("my.env"), env_file::parse(text).expect("settings"));
        Self { environment: |_| None, file: Some(file), demo: env_file::parse(DEMO).expect("settings") }
    }

    /// Returns the settings of all sources.
    pub(crate) fn settings(&self) -> Settings<'_> {
        Settings::new(|name| self.find(name).map(|(value, _)| value))
    }

    /// Returns only the demo secrets.
    pub(crate) fn demo(&self) -> Settings<'_> {
        Settings::new(|name| self.demo.get(name).map(|entry| entry.value.clone()))
    }

    /// Returns a setting and its source. An empty value counts as unset, so the next source is used.
    pub(crate) fn find(&self, name: &str) -> Option<(String, Source<'_>)> {
        let demo = || self.in_demo(name).filter(|_| !self.replaces_demo(name));
        self.own(name).or_else(demo)
    }

    /// Returns the values of a setting in all sources that have one, in order of precedence.
    pub(crate) fn all(&self, name: &str) -> Vec<(String, Source<'_>)> {
        [self.in_environment(name), self.in_file(name), self.in_demo(name)].into_iter().flatten().collect()
    }

    fn own(&self, name: &str) -> Option<(String, Source<'_>)> {
        self.in_environment(name).or_else(|| self.in_file(name))
    }

    fn in_environment(&self, name: &str) -> Option<(String, Source<'_>)> {
        (self.environment)(name).filter(|value| !value.is_empty()).map(|value| (value, Source::Environment))
    }

    fn in_file(&self, name: &str) -> Option<(String, Source<'_>)> {
        let (path, settings) = self.file.as_ref()?;
        settings.get(name).filter(|entry| !entry.value.is_empty()).map(|entry| (entry.value.clone(), Source::File(path)))
    }

    fn in_demo(&self, name: &str) -> Option<(String, Source<'_>)> {
        self.demo.get(name).map(|entry| (entry.value.clone(), Source::Demo))
    }

    /// Returns whether the user chose another proof instead of this demo secret. Both together would be an error.
    fn replaces_demo(&self, keyring: &str) -> bool {
        let waivers = endpoints::webhooks().filter(|webhook| webhook.keyring == keyring).filter_map(|webhook| webhook.waiver);
        let waived = waivers.filter_map(|waiver| self.own(waiver)).any(|(value, _)| value == "true");
        waived || self.own(&format!("{keyring}_ARN")).is_some()
    }
}

/// Reads a settings file of at most [`MAX_BYTES`].
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KOMMO_SECRET: &str = "KOMMO_SECRET";
    const KOMMUNICATE_TOKEN: &str = "KOMMUNICATE_TOKEN";
    const KOMMUNICATE_ALLOW_UNAUTHENTICATED: &str = "KOMMUNICATE_ALLOW_UNAUTHENTICATED";

    fn sources(environment: Lookup, file: &str) -> Sources {
        Sources { environment, ..Sources::of_file(file) }
    }

    fn found(sources: &Sources, name: &str) -> Option<(String, String)> {
        sources.find(name).map(|(value, source)| (value, source.to_string()))
    }

    fn pair(value: &str, source: &str) -> Option<(String, String)> {
        Some((value.to_owned(), source.to_owned()))
    }

    #[test]
    fn the_environment_precedes_the_file_and_the_file_the_demo_secrets() {
        let demo = pair("demo-kommo-channel-secret", "the demo secret");
        let file = pair("f", "your own, from my.env");
        assert_eq!(found(&sources(|_| None, ""), KOMMO_SECRET), demo);
        assert_eq!(found(&sources(|_| None, "KOMMO_SECRET=f"), KOMMO_SECRET), file);
        assert_eq!(found(&sources(|_| Some("e".to_owned()), "KOMMO_SECRET=f"), KOMMO_SECRET), pair("e", "your own, from the environment"));
        assert_eq!(found(&sources(|_| None, ""), "QUEUE_URL"), None);
    }

    #[test]
    fn an_empty_setting_is_unset() {
        let file = pair("f", "your own, from my.env");
        assert_eq!(found(&sources(|_| Some(String::new()), "QUEUE_URL=f"), "QUEUE_URL"), file);
        assert_eq!(found(&sources(|_| None, "QUEUE_URL="), "QUEUE_URL"), None);
    }

    #[test]
    fn an_empty_secret_is_an_error_with_its_location() {
        let problem = |environment, file| sources(environment, file).check().expect_err("an empty secret").to_string();
        assert_eq!(
            problem(|_| None, "# mine\nKOMMO_SECRET=''"),
            "KOMMO_SECRET is empty in my.env, line 2; set a value, or remove the line"
        );
        let empty = |name: &str| (name == "QIKCHAT_LOGIN").then(String::new);
        assert!(sources(empty, "QIKCHAT_LOGIN=a:b").check().is_ok() && sources(empty, "").check().is_ok(), "empty counts as unset");
    }

    #[test]
    fn another_proof_replaces_the_demo_secret() {
        assert_eq!(found(&sources(|_| None, "KOMMUNICATE_ALLOW_UNAUTHENTICATED=true"), KOMMUNICATE_TOKEN), None);
        assert!(found(&sources(|_| None, "KOMMUNICATE_ALLOW_UNAUTHENTICATED=false"), KOMMUNICATE_TOKEN).is_some());
        assert_eq!(found(&sources(|_| None, "KOMMO_SECRET_ARN=arn:x"), KOMMO_SECRET), None);
        let both = sources(|name| (name == KOMMUNICATE_ALLOW_UNAUTHENTICATED).then(|| "true".to_owned()), "KOMMUNICATE_TOKEN=t");
        assert_eq!(found(&both, KOMMUNICATE_TOKEN), pair("t", "your own, from my.env"));
    }
}
