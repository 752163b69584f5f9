//! `shared` is independent of providers: no provider's words appear in its code, comments or tests.

use std::collections::BTreeSet;

use functions::PROVIDERS;
use regex::Regex;
use shared::provider::Provider;
use shared::verify::Scheme;

use crate::sources::sources;

/// Headers defined by HTTP itself, which no provider owns.
const STANDARD_HEADERS: [&str; 1] = ["authorization"];

#[test]
fn no_provider_word_appears_in_shared() {
    let owned: BTreeSet<String> = PROVIDERS.iter().flat_map(|provider| words(provider)).collect();
    assert!(owned.len() > 3 * PROVIDERS.len(), "{owned:?}");
    let words = owned.iter().map(|word| regex::escape(word)).collect::<Vec<_>>().join("|");
    let word = Regex::new(&format!(r"(?i)(?:^|[^a-z0-9])({words})(?:[^a-z0-9]|$)")).expect("a regular expression");
    assert!(word.is_match("as Kommo's does") && word.is_match("KOMMO_SECRET") && !word.is_match("kommodity"));

    let mut found = Vec::new();
    for source in ["shared/src", "shared/tests", "shared/event/src", "shared/event/tests"].into_iter().flat_map(sources) {
        for (index, line) in source.text.lines().enumerate() {
            found.extend(word.captures(line).map(|captures| format!("{}:{}: {}", source.path.display(), index + 1, &captures[1])));
        }
    }
    assert!(found.is_empty(), "a provider's word belongs in its folder of functions/: {found:#?}");
}

/// Returns a provider's words in lower case: its name and those of its webhooks, its type prefix, its settings, and its
/// headers.
fn words(provider: &Provider) -> Vec<String> {
    let headers = |scheme: &Scheme| match scheme {
        Scheme::Basic(basic) => basic.headers.to_vec(),
        Scheme::HmacSha1(_) | Scheme::Token(_) | Scheme::Jwt(_) => vec![scheme.header()],
    };
    let own = provider.webhooks.iter().flat_map(|webhook| {
        let settings = [webhook.keyring].into_iter().chain(webhook.settings());
        let headers = headers(&webhook.scheme).into_iter().filter(|name| !STANDARD_HEADERS.contains(name));
        [webhook.name].into_iter().chain(settings).chain(headers)
    });
    [provider.name, provider.type_prefix].into_iter().chain(own).map(str::to_ascii_lowercase).collect()
}
