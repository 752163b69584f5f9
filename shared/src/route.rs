//! Paths: from `/kommo/st%2D1/` to a provider's segments and a channel's name.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What may stand in a URI's path segment as it is (RFC 3986, `pchar`).
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

/// The segments of a path, still percent-encoded. One trailing slash is tolerated.
///
/// None for a path with an empty segment, and for one that does not begin with `/`.
#[must_use]
pub fn segments(path: &str) -> Option<Vec<&str>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    let segments: Vec<&str> = path.split('/').collect();
    segments.iter().all(|segment| !segment.is_empty()).then_some(segments)
}

/// A segment with its percent-encoding undone. None where that is no UTF-8.
#[must_use]
pub fn decode(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(Cow::into_owned)
}

/// The CloudEvents `source`, a URI reference: `/<provider>/<channel>`, or `/<provider>` without one.
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
    fn one_trailing_slash_is_tolerated() {
        assert_eq!(segments("/kommo/a/"), Some(vec!["kommo", "a"]));
        assert_eq!(segments("/kommo"), Some(vec!["kommo"]));
        assert_eq!(segments("/"), Some(vec![]));
        for path in ["", "kommo", "/kommo//", "//kommo", "/kommo//a"] {
            assert_eq!(segments(path), None, "{path}");
        }
    }

    #[test]
    fn a_channel_is_decoded_and_its_source_is_a_uri_reference() {
        assert_eq!(decode("my%20shop%2F1").as_deref(), Some("my shop/1"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%ff"), None);
        assert_eq!(source("kommo", Some("my shop/ü")), "/kommo/my%20shop%2F%C3%BC");
        assert_eq!(source("kore", Some("st-0a:b@c_d.e~f")), "/kore/st-0a:b@c_d.e~f");
        assert_eq!(source("kommo", None), "/kommo");
    }
}
