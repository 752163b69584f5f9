//! Values that may have been meant in place of the one that came: what people and tools make of a
//! signature, a token or a login on its way into a header.

use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use percent_encoding::percent_decode_str;

/// Words that follow "if the header", and the change; none where it does not apply.
type Change = (&'static str, fn(&str) -> Option<String>);

const CHANGES: [Change; 20] = [
    ("had no name of an algorithm before the signature", |value| {
        let (name, signature) = value.split_once('=')?;
        name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-').then(|| signature.to_owned())
    }),
    ("held the signature in hex, not in base64", |value| {
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
    ("had its scheme's name once", |value| Some(after_scheme(value)?.to_owned()).filter(|rest| after_scheme(rest).is_some())),
    ("had no `=` at its end: base64url in a JWT has none", |value| Some(value.trim().trim_end_matches('=').to_owned())),
    ("had no scheme's name before its value", |value| Some(after_scheme(value)?.to_owned())),
    ("began with `Basic ` in place of another scheme", |value| Some(format!("Basic {}", after_scheme(value)?))),
    ("began with `Bearer ` in place of another scheme", |value| Some(format!("Bearer {}", after_scheme(value)?))),
    ("were `Basic` and the base64 of its value", |value| Some(basic(value.trim()))),
    ("were `Basic` and the base64 of what stands behind the scheme's name", |value| Some(basic(after_scheme(value)?))),
    ("were encoded in base64 once, not twice", |value| Some(format!("Basic {}", decoded(value)?.trim()))),
    ("had no line end or space in its base64 (`echo -n` writes none)", |value| Some(basic(decoded(value)?.trim()))),
    ("held the token alone, without `user:` before it", |value| Some(basic(decoded(value)?.split_once(':')?.1))),
    ("held the token alone, without the `:` after it", |value| Some(basic(decoded(value)?.strip_suffix(':')?))),
    ("held the token as it is, not in base64", |value| Some(decoded(value)?.trim().to_owned())),
];

/// All of them that differ from the value, with words that follow "if the header".
pub(super) fn variants(value: &str) -> impl Iterator<Item = (&'static str, String)> {
    CHANGES.iter().filter_map(move |(words, change)| Some((*words, change(value)?))).filter(move |(_, variant)| variant != value)
}

/// What stands behind the scheme's name.
pub(super) fn after_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim().split_once([' ', '\t', ':'])?;
    ["basic", "bearer", "token", "jwt", "authorization", "authentication"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        .then(|| rest.trim())
}

/// The text behind the scheme's name, its base64 undone.
pub(super) fn decoded(value: &str) -> Option<String> {
    let encoded = after_scheme(value).unwrap_or(value.trim()).trim_end_matches('=');
    let bytes = BASE64_STANDARD_NO_PAD.decode(encoded).or_else(|_| URL_SAFE_NO_PAD.decode(encoded)).ok()?;
    String::from_utf8(bytes).ok()
}

fn basic(credential: &str) -> String {
    format!("Basic {}", STANDARD.encode(credential))
}
