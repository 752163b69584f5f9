//! Masks the operator's secrets in a receiver's response, which can repeat them, before the inspector shows the response.

use reqwest::Url;
use worker::delivery::{Answer, KEPT_BODY};

/// A path segment of at least this length can be a secret, as in the webhook URLs of chat systems.
const LONG: usize = 16;
/// Shorter values are not masked, because they would match by chance.
const SHORTEST: usize = 6;

const MASK: &str = "…";

/// The texts to mask: the secrets, and the parts of the receiver's URL that can be secret.
#[derive(Debug, Default)]
pub(crate) struct Private(Vec<String>);

impl Private {
    /// Collects the query values and long path segments of a URL, and the `whsec_` secrets in a space-separated list.
    pub(crate) fn of(url: &Url, secrets: &str) -> Self {
        let values =
            url.query().unwrap_or_default().split('&').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).to_owned());
        let decoded = url.query_pairs().map(|(_, value)| value.into_owned());
        let segments = url.path().split('/').filter(|segment| segment.len() >= LONG).map(str::to_owned);
        let secrets = secrets.split_ascii_whitespace().map(|secret| secret.trim_start_matches("whsec_").to_owned());
        let mut all: Vec<String> = values.chain(decoded).chain(segments).chain(secrets).filter(|text| text.len() >= SHORTEST).collect();
        // Longest first, because one can be part of another.
        all.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
        Self(all)
    }

    /// Returns the response with all secrets masked.
    pub(super) fn mask(&self, mut answer: Answer) -> Answer {
        let is_cut = answer.body.len() == KEPT_BODY;
        for private in &self.0 {
            for (_, value) in &mut answer.headers {
                *value = value.replace(private.as_str(), MASK);
            }
            answer.body = replaced(&answer.body, private.as_bytes());
            if is_cut {
                // A truncated body can end with the beginning of a secret.
                let rest = (SHORTEST..private.len()).rev().find(|length| answer.body.ends_with(&private.as_bytes()[..*length]));
                answer.body.truncate(answer.body.len() - rest.unwrap_or(0));
            }
        }
        answer
    }
}

fn replaced(body: &[u8], private: &[u8]) -> Vec<u8> {
    let (mut masked, mut rest) = (Vec::with_capacity(body.len()), body);
    while let Some((first, others)) = rest.split_first() {
        match rest.strip_prefix(private) {
            Some(after) => {
                masked.extend_from_slice(MASK.as_bytes());
                rest = after;
            }
            None => {
                masked.push(*first);
                rest = others;
            }
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private() -> Private {
        let url = Url::parse("http://h.example/events/B0123456789abcdef?token=hush%20hush&v=1").expect("a URL");
        Private::of(&url, "whsec_bmV3ZXN0 whsec_b2xkZXN0")
    }

    fn masked(text: &str) -> String {
        let headers = vec![("location".to_owned(), text.to_owned())];
        let answer = private().mask(Answer { status: 404, headers, body: text.as_bytes().to_vec() });
        let body = String::from_utf8(answer.body).expect("a text");
        assert_eq!(body, answer.headers[0].1);
        body
    }

    #[test]
    fn secrets_that_a_receiver_repeats_are_masked() {
        assert_eq!(masked("Cannot POST /events/B0123456789abcdef?token=hush%20hush&v=1"), "Cannot POST /events/…?token=…&v=1");
        assert_eq!(masked("hush hush, whsec_b2xkZXN0bmV3ZXN0"), "…, whsec_……");
        assert_eq!(masked("events v1"), "events v1");
    }

    #[test]
    fn the_beginning_of_a_truncated_secret_is_masked() {
        let end = "token=hush%20hu";
        let body = format!("{}{end}", "x".repeat(KEPT_BODY - end.len())).into_bytes();
        let answer = private().mask(Answer { status: 404, headers: Vec::new(), body });
        assert!(answer.body.ends_with(b"xtoken="), "{:?}", String::from_utf8_lossy(&answer.body[4_000..]));
    }
}
