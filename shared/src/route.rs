//! Paths: finds the webhook and the channel for a path such as `/acme/st%2D1/`, and builds the `source` for a channel.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::provider::Webhook;

/// All characters except those allowed unencoded in a path segment of a URI (RFC 3986, `pchar`).
const PCHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Whether a path must start with the provider's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// It must: multiple providers share one address.
    Required,
    /// It need not, as with a function's own URL.
    Optional,
}

/// The webhook for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The index of the webhook among those given to [`find`].
    pub index: usize,
    /// The channel in the path, percent-decoded.
    pub channel: Option<String>,
}

/// Returns the first webhook that has this path. One trailing slash is ignored.
#[must_use]
pub fn find<'w>(webhooks: impl Iterator<Item = &'w Webhook> + Clone, path: &str, prefix: Prefix) -> Option<Route> {
    let segments = segments(path)?;
    let named = find_from(webhooks.clone(), &segments, 0);
    named.or_else(|| match prefix {
        Prefix::Required => None,
        Prefix::Optional => find_from(webhooks, &segments, 1),
    })
}

/// Like [`find`], but ignores the first `skipped` segments of each webhook's paths.
fn find_from<'w>(webhooks: impl Iterator<Item = &'w Webhook>, segments: &[&str], skipped: usize) -> Option<Route> {
    webhooks.enumerate().find_map(|(index, webhook)| {
        let matched = webhook.paths.iter().find_map(|pattern| matched(pattern, segments, skipped))?;
        match matched.channel {
            Some(channel) => Some(Route { index, channel: Some(decode(channel)?) }),
            None => Some(Route { index, channel: None }),
        }
    })
}

/// A path that matches a pattern.
struct Matched<'p> {
    /// The segment that matches the first braces in the pattern, still percent-encoded.
    channel: Option<&'p str>,
}

fn matched<'p>(pattern: &str, segments: &[&'p str], skipped: usize) -> Option<Matched<'p>> {
    let mut channel = None;
    let mut pattern = pattern.split('/').skip(1 + skipped);
    for segment in segments {
        let expected = pattern.next()?;
        match expected.starts_with('{') {
            true => channel = channel.or(Some(*segment)),
            false if expected != *segment => return None,
            false => {}
        }
    }
    pattern.next().is_none().then_some(Matched { channel })
}

/// Returns a path without its base path. A path that does not start with the base path is returned unchanged.
#[must_use]
pub fn without_base<'p>(path: &'p str, base: Option<&str>) -> &'p str {
    let rest = base.and_then(|base| path.strip_prefix(base));
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).map_or(path, |rest| if rest.is_empty() { "/" } else { rest })
}

/// Returns the segments of a path, still percent-encoded. `None` if a segment is empty or the path does not start with `/`.
fn segments(path: &str) -> Option<Vec<&str>> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(Vec::new());
    }
    let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    segments.iter().all(|segment| !segment.is_empty()).then_some(segments)
}

/// Percent-decodes a text. `None` if the result is not UTF-8.
fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

/// Returns the value of a query parameter, form-decoded (`+` is a space).
#[must_use]
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let decode = |text: &str| decode(&text.replace('+', " "));
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(key)? == name { decode(value) } else { None }
    })
}

/// Returns the CloudEvents `source`, a URI reference: `/<provider>/<channel>`, or `/<provider>` without a channel.
#[must_use]
pub fn source(provider: &str, channel: Option<&str>) -> String {
    match channel {
        Some(channel) => format!("/{provider}/{}", utf8_percent_encode(channel, PCHAR)),
        None => format!("/{provider}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_matched_segment_by_segment() {
        let matched = |pattern: &str, path: &str, skipped: usize| {
            matched(pattern, &segments(path)?, skipped).map(|matched| matched.channel.map(str::to_owned))
        };
        let shop = Some(Some("shop".to_owned()));
        assert_eq!(matched("/acme/{channel}", "/acme/shop", 0), shop);
        assert_eq!(matched("/acme/{channel}", "/acme/shop/", 0), shop);
        assert_eq!(matched("/acme/{channel}", "/shop", 1), shop);
        assert_eq!(matched("/acme", "/acme", 0), Some(None));
        assert_eq!(matched("/acme", "/", 1), Some(None));
        assert_eq!(matched("/acme/bots/{bot}/hooks/{hook}", "/acme/bots/shop/hooks/7", 0), shop);
        for (pattern, path) in [
            ("/acme/{channel}", "/acme"),
            ("/acme/{channel}", "/acme/shop/more"),
            ("/acme/{channel}", "/Acme/shop"),
            ("/acme/{channel}", "/acme//"),
            ("/acme/{channel}", "//acme/shop"),
            ("/acme/{channel}", "acme/shop"),
            ("/acme", "/acme//"),
            ("/acme", ""),
            ("/acme/bots/{bot}", "/acme/bot/shop"),
        ] {
            assert_eq!(matched(pattern, path, 0), None, "{pattern} {path}");
        }
        assert_eq!(matched("/acme", "//", 1), None);
    }

    #[test]
    fn a_base_path_is_removed_if_present() {
        for (path, expected) in
            [("/hooks/acme", "/acme"), ("/hooks", "/"), ("/hooks/", "/"), ("/hooksx/acme", "/hooksx/acme"), ("/acme", "/acme"), ("", "")]
        {
            assert_eq!(without_base(path, Some("/hooks")), expected, "{path}");
            assert_eq!(without_base(path, None), path);
        }
    }

    #[test]
    fn a_parameter_is_decoded() {
        let query = "hub.mode=subscribe&hub%2Echallenge=a%20b+c&empty&hub.challenge=second";
        assert_eq!(parameter(query, "hub.challenge").as_deref(), Some("a b c"));
        assert_eq!(parameter(query, "empty").as_deref(), Some(""));
        assert_eq!(parameter(query, "none"), None);
        assert_eq!(parameter("", ""), Some(String::new()));
    }

    #[test]
    fn a_channel_is_decoded_and_its_source_is_a_uri_reference() {
        assert_eq!(decode("my%20shop%2F1").as_deref(), Some("my shop/1"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%ff"), None);
        assert_eq!(source("acme", Some("my shop/ü")), "/acme/my%20shop%2F%C3%BC");
        assert_eq!(source("acme", Some("st-0a:b@c_d.e~f")), "/acme/st-0a:b@c_d.e~f");
        assert_eq!(source("acme", None), "/acme");
    }
}
