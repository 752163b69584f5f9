//! Paths and sources: what goes in comes out.

use lambda_http::http::Uri;
use proptest::prelude::*;
use shared::route::{decode, segments, source};

proptest! {
    #[test]
    fn a_source_is_a_uri_reference_and_names_its_channel(channel: String) {
        let source = source("acme", Some(&channel));
        let path = source.parse::<Uri>().expect("a URI reference");
        prop_assert_eq!(path.path(), source.as_str());
        let encoded = source.strip_prefix("/acme/").expect("the provider first");
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte)), "{}", encoded);
        let digits = |escape: &str| escape.len() >= 2 && escape.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        prop_assert!(encoded.split('%').skip(1).all(digits), "{}", encoded);
        prop_assert_eq!(decode(encoded), Some(channel));
    }

    #[test]
    fn a_channel_comes_back_from_the_path(channel in "\\PC{1,20}|[/%?#]{1,5}", slash in "/?") {
        let path = format!("{}{slash}", source("acme", Some(&channel)));
        let segments = segments(&path).expect("a path");
        prop_assert_eq!(segments.len(), 2);
        prop_assert_eq!((segments[0], decode(segments[1])), ("acme", Some(channel)));
    }

    #[test]
    fn no_segment_is_empty_or_has_a_slash(path in "\\PC{0,30}|[a/%]{0,12}") {
        let Some(segments) = segments(&path) else { return Ok(()) };
        prop_assert!(segments.iter().all(|segment| !segment.is_empty() && !segment.contains('/')));
        let joined = segments.join("/");
        let ends = ["", "/"];
        let may_be = ends.iter().flat_map(|start| ends.map(|end| format!("{start}{joined}{end}")));
        prop_assert!(may_be.into_iter().any(|other| other == path), "{}", path);
        let _ = segments.into_iter().map(decode).count();
    }
}
