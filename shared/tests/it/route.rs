//! Paths and sources: channels survive a round trip.

use lambda_http::http::Uri;
use proptest::prelude::*;
use shared::route::{Prefix, find, source};

use crate::acme::PROVIDER;

/// Returns the channel in a path. `None` if the provider does not have the path.
fn channel(path: &str, prefix: Prefix) -> Option<Option<String>> {
    find(PROVIDER.webhooks.iter(), path, prefix).map(|route| route.channel)
}

proptest! {
    #[test]
    fn a_source_is_a_uri_reference_and_names_its_channel(channel in ".{1,20}") {
        let source = source("acme", Some(&channel));
        let path = source.parse::<Uri>().expect("a URI reference");
        prop_assert_eq!(path.path(), source.as_str());
        let encoded = source.strip_prefix("/acme/").expect("the provider's name first");
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte)), "{}", encoded);
        let digits = |escape: &str| escape.len() >= 2 && escape.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        prop_assert!(encoded.split('%').skip(1).all(digits), "{}", encoded);
    }

    #[test]
    fn a_channel_survives_a_round_trip_through_the_path(name in "\\PC{1,20}|[/%?#]{1,5}", slash in "/?") {
        let path = format!("{}{slash}", source("acme", Some(&name)));
        prop_assert_eq!(channel(&path, Prefix::Required), Some(Some(name.clone())));
        // With a function's own URL, the provider's name may be missing.
        let short = path.strip_prefix("/acme").expect("the provider's name first");
        prop_assume!(name != "acme");
        prop_assert_eq!(channel(short, Prefix::Optional), Some(Some(name)));
        prop_assert_eq!(channel(short, Prefix::Required), None);
    }

    #[test]
    fn no_path_panics_and_no_segment_is_empty(path in "\\PC{0,30}|[a/%]{0,12}|/acme[a/%]{0,12}") {
        for prefix in [Prefix::Required, Prefix::Optional] {
            if let Some(Some(channel)) = channel(&path, prefix) {
                prop_assert!(!channel.is_empty() && !path.contains("//"), "{}", path);
            }
        }
    }
}
