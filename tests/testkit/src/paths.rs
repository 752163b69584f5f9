//! Path matching by independent rules: an oracle for the routes of the code under test.

use shared::provider::{Provider, Webhook};

/// Returns a pattern with `channel` for its first braced segment and `hook-1` for any other.
pub fn filled(pattern: &str, channel: &str) -> String {
    let mut channels = [channel].into_iter();
    let segment = |segment: &str| match segment.starts_with('{') {
        true => channels.next().unwrap_or("hook-1").to_owned(),
        false => segment.to_owned(),
    };
    pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Returns the webhook that a provider's own function receives at a path, and the channel as written in the path.
pub fn find<'p>(provider: &'static Provider, path: &'p str) -> Option<(&'static Webhook, Option<&'p str>)> {
    let in_one = |unnamed: bool| {
        provider.webhooks.iter().find_map(|webhook| {
            let channel = webhook.paths.iter().find_map(|pattern| channel(pattern, path, provider.name, unnamed))?;
            Some((webhook, channel))
        })
    };
    in_one(false).or_else(|| in_one(true))
}

/// Returns the channel of a path that matches the pattern. `unnamed`: the path omits the provider's name.
fn channel<'p>(pattern: &str, path: &'p str, provider: &str, unnamed: bool) -> Option<Option<&'p str>> {
    let pattern = if unnamed { pattern.strip_prefix(&format!("/{provider}"))? } else { pattern };
    let path = path.strip_suffix('/').unwrap_or(path);
    let (expected, segments): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    let matches = |(expected, segment): (&&str, &&str)| if expected.starts_with('{') { !segment.is_empty() } else { expected == segment };
    if expected.len() != segments.len() || !expected.iter().zip(&segments).all(matches) {
        return None;
    }
    Some(expected.iter().position(|expected| expected.starts_with('{')).map(|index| segments[index]))
}
