//! Variants of a body that can have been signed instead of the received one: the changes that intermediaries make.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode;

use super::json_style;

/// Words that continue "if the body", and the change, which returns `None` if it does not apply.
type Change = (&'static str, fn(&[u8]) -> Option<Vec<u8>>);

const BOM: &[u8] = b"\xef\xbb\xbf";

const CHANGES: [Change; 11] = [
    (r"ended with a line feed (\n), which an intermediary removed", |body| Some([body, b"\n"].concat())),
    (r"ended with \r\n, which an intermediary removed", |body| Some([body, b"\r\n"].concat())),
    ("had no white space around it", |body| Some(body.trim_ascii().to_vec())),
    (r"had \n line endings instead of \r\n", |body| Some(replaced(body, "\r\n", "\n"))),
    (r"had \r\n line endings instead of \n", |body| Some(replaced(body, "\n", "\r\n"))),
    ("had no byte order mark before it", |body| body.strip_prefix(BOM).map(<[u8]>::to_vec)),
    ("had a byte order mark before it", |body| Some([BOM, body].concat())),
    ("were decoded from base64", |body| STANDARD.decode(body.trim_ascii()).ok()),
    ("were encoded in base64", |body| Some(STANDARD.encode(body).into_bytes())),
    ("were decoded from form encoding (%XX and +)", |body| Some(percent_decode(&replaced(body, "+", " ")).collect())),
    ("were still UTF-8; an intermediary read it as Latin-1", undo_latin_1),
];

/// Returns all variants that differ from the body, with words that continue "if the body".
pub(super) fn variants(body: &[u8]) -> impl Iterator<Item = (Cow<'static, str>, Vec<u8>)> {
    let changed = CHANGES.iter().filter_map(move |(words, change)| Some((Cow::Borrowed(*words), change(body)?)));
    let text = std::str::from_utf8(body).unwrap_or_default();
    let styles = json_style::variants(text)
        .map(|(words, text)| (Cow::Owned(format!("were written {words}; an intermediary re-serialized it")), text.into_bytes()));
    changed.chain(styles).filter(move |(_, variant)| variant != body)
}

fn replaced(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    // Maps each byte to one character, so that bytes that are not UTF-8 survive.
    let text: String = body.iter().copied().map(char::from).collect();
    text.replace(from, to).chars().map(|character| character as u8).collect()
}

fn undo_latin_1(body: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(body).ok()?.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}
