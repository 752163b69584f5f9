//! Variants of a header value that can have been meant instead of the received one: the mistakes that people and tools make
//! with a signature, a token or a login.

use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use percent_encoding::percent_decode_str;

/// Words that continue "if the header", and the change, which returns `None` if it does not apply.
type Change = (&'static str, fn(&str) -> Option<String>);

const CHANGES: [Change; 20] = [
    ("had no algorithm name before the signature", |value| {
        let (name, signature) = value.split_once('=')?;
        name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-').then(|| signature.to_owned())
    }),
    ("contained the signature in hex, not in base64", |value| {
        let bytes = STANDARD.decode(value.trim()).ok()?;
        Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }),
    ("had no quotes", |value| Some(value.replace(['"', '\''], ""))),
    ("had no white space inside its value", |value| {
        let (scheme, rest) = value.trim().split_once([' ', '\t'])?;
        Some(format!("{scheme} {}", rest.split_whitespace().collect::<String>()))
    }),
    ("were one word", |value| Some(value.split_whitespace().collect())),
    ("were not percent-encoded", |value| percent_decode_str(value).decode_utf8().ok().map(String::from)),
    ("began with `Basic `", |value| Some(format!("Basic {}", value.trim()))),
    ("began with `Bearer `", |value| Some(format!("Bearer {}", value.trim()))),
    ("had its scheme name only once", |value| Some(after_scheme(value)?.to_owned()).filter(|rest| after_scheme(rest).is_some())),
    ("had no `=` at its end; base64url in a JWT has no padding", |value| Some(value.trim().trim_end_matches('=').to_owned())),
    ("had no scheme name before its value", |value| Some(after_scheme(value)?.to_owned())),
    ("began with `Basic ` instead of another scheme", |value| Some(format!("Basic {}", after_scheme(value)?))),
    ("began with `Bearer ` instead of another scheme", |value| Some(format!("Bearer {}", after_scheme(value)?))),
    ("were `Basic` and the base64 of its value", |value| Some(basic(value.trim()))),
    ("were `Basic` and the base64 of the text after the scheme name", |value| Some(basic(after_scheme(value)?))),
    ("were encoded in base64 only once", |value| Some(format!("Basic {}", decoded(value)?.trim()))),
    ("had no line ending or space in its base64; `echo -n` adds none", |value| Some(basic(decoded(value)?.trim()))),
    ("contained only the token, without `user:` before it", |value| Some(basic(decoded(value)?.split_once(':')?.1))),
    ("contained only the token, without the `:` after it", |value| Some(basic(decoded(value)?.strip_suffix(':')?))),
    ("contained the plain token, not in base64", |value| Some(decoded(value)?.trim().to_owned())),
];

/// Returns all variants that differ from the value, with words that continue "if the header".
pub(super) fn variants(value: &str) -> impl Iterator<Item = (&'static str, String)> {
    CHANGES.iter().filter_map(move |(words, change)| Some((*words, change(value)?))).filter(move |(_, variant)| variant != value)
}

/// Returns the text after the scheme name. Returns `None` if the value does not begin with one.
pub(super) fn after_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim().split_once([' ', '\t', ':'])?;
    ["basic", "bearer", "token", "jwt", "authorization", "authentication"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        .then(|| rest.trim())
}

/// Returns the text after the scheme name, decoded from base64.
pub(super) fn decoded(value: &str) -> Option<String> {
    let encoded = after_scheme(value).unwrap_or(value.trim()).trim_end_matches('=');
    let bytes = BASE64_STANDARD_NO_PAD.decode(encoded).or_else(|_| URL_SAFE_NO_PAD.decode(encoded)).ok()?;
    String::from_utf8(bytes).ok()
}

fn basic(credential: &str) -> String {
    format!("Basic {}", STANDARD.encode(credential))
}
