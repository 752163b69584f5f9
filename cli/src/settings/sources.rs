//! Where settings come from: the environment, else a file, else the documented demo secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use shared::settings::{DELIVERY_SECRET, Settings};

use super::env_file;
use crate::endpoints;

/// The public secrets with which the samples are signed.
const DEMO: &str = include_str!("../../../events/demo.env");

/// The public secret that signs deliveries. It is not in events/demo.env: given to the deployed worker, a
/// secret without a URL is a failed start.
pub(crate) const DEMO_DELIVERY_SECRET: &str = "whsec_Y2hhdGhvb2tzLWRlbW8tZGVsaXZlcnktc2VjcmV0LS0=";

type Lookup = fn(&str) -> Option<String>;

/// The sources that are asked for a setting, in their order.
pub(crate) struct Sources {
    environment: Lookup,
    file: Option<(PathBuf, BTreeMap<String, String>)>,
    demo: BTreeMap<String, String>,
}

/// The source that a setting came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source<'s> {
    /// The process's environment.
    Environment,
    /// The file named on the command line.
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
    /// The environment of this process, that file, and the demo secrets.
    ///
    /// # Errors
    /// The file cannot be read, or has a line that is no setting.
    pub(crate) fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let file = file.map(|path| {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the settings in {}", path.display()))?;
            let settings = env_file::parse(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
            anyhow::Ok((path.to_owned(), settings))
        });
        let mut demo = env_file::parse(DEMO).map_err(|error| anyhow!("events/demo.env: {error}"))?;
        demo.insert(DELIVERY_SECRET.to_owned(), DEMO_DELIVERY_SECRET.to_owned());
        Ok(Self {
            environment: |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
            file: file.transpose()?,
            demo,
        })
    }

    /// A file `my.env` of that text, and the demo secrets.
    #[cfg(test)]
    pub(crate) fn of_file(text: &str) -> Self {
        let file = (PathBuf::from("my.env"), env_file::parse(text).expect("settings"));
        Self { environment: |_| None, file: Some(file), demo: env_file::parse(DEMO).expect("settings") }
    }

    /// The settings of all sources together.
    pub(crate) fn settings(&self) -> Settings<'_> {
        Settings::new(|name| self.find(name).map(|(value, _)| value))
    }

    /// The demo secrets alone.
    pub(crate) fn demo(&self) -> Settings<'_> {
        Settings::new(|name| self.demo.get(name).cloned())
    }

    /// A setting and its source. An empty one is unset, so the next source is asked.
    pub(crate) fn find(&self, name: &str) -> Option<(String, Source<'_>)> {
        let demo = || self.in_demo(name).filter(|_| !self.replaces_demo(name));
        self.own(name).or_else(demo)
    }

    /// The setting in every source that has one, in their order.
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
        settings.get(name).filter(|value| !value.is_empty()).map(|value| (value.clone(), Source::File(path)))
    }

    fn in_demo(&self, name: &str) -> Option<(String, Source<'_>)> {
        self.demo.get(name).map(|value| (value.clone(), Source::Demo))
    }

    /// Whether the user chose another way to prove what this demo secret proves: beside it that would be
    /// an error.
    fn replaces_demo(&self, keyring: &str) -> bool {
        let waivers = endpoints::webhooks().filter(|webhook| webhook.keyring == keyring).filter_map(|webhook| webhook.waiver);
        let waived = waivers.filter_map(|waiver| self.own(waiver)).any(|(value, _)| value == "true");
        waived || self.own(&format!("{keyring}_ARN")).is_some()
    }
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
    fn the_environment_comes_before_the_file_and_the_file_before_the_demo() {
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
        assert_eq!(found(&sources(|_| Some(String::new()), "KOMMO_SECRET=f"), KOMMO_SECRET), file);
        assert_eq!(found(&sources(|_| None, "KOMMO_SECRET="), KOMMO_SECRET), pair("demo-kommo-channel-secret", "the demo secret"));
    }

    #[test]
    fn another_way_to_prove_it_replaces_the_demo_secret() {
        assert_eq!(found(&sources(|_| None, "KOMMUNICATE_ALLOW_UNAUTHENTICATED=true"), KOMMUNICATE_TOKEN), None);
        assert!(found(&sources(|_| None, "KOMMUNICATE_ALLOW_UNAUTHENTICATED=false"), KOMMUNICATE_TOKEN).is_some());
        assert_eq!(found(&sources(|_| None, "KOMMO_SECRET_ARN=arn:x"), KOMMO_SECRET), None);
        let both = sources(|name| (name == KOMMUNICATE_ALLOW_UNAUTHENTICATED).then(|| "true".to_owned()), "KOMMUNICATE_TOKEN=t");
        assert_eq!(found(&both, KOMMUNICATE_TOKEN), pair("t", "your own, from my.env"));
    }
}
