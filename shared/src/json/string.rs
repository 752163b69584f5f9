//! Decoding of JSON strings.

use std::borrow::Cow;

/// Decodes the text between the quotes of a valid JSON string. A lone surrogate becomes U+FFFD.
pub(super) fn decode(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.find('\\') else { return Cow::Borrowed(raw) };
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut at = Some(first);
    while let Some(escape) = at {
        text.push_str(&rest[..escape]);
        let (character, length) = unescape(&rest[escape..]);
        text.push(character);
        rest = &rest[escape + length..];
        at = rest.find('\\');
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Returns whether the text between the quotes of a valid JSON string decodes to `text`. Stops at the first difference.
pub(super) fn is(raw: &str, text: &str) -> bool {
    let mut rest = raw;
    let mut characters = text.chars();
    while let Some(first) = rest.chars().next() {
        let (character, length) = if first == '\\' { unescape(rest) } else { (first, first.len_utf8()) };
        if characters.next() != Some(character) {
            return false;
        }
        rest = &rest[length..];
    }
    characters.next().is_none()
}

/// Decodes the escape at the start of `escaped`. Returns the character and the length of the escape.
fn unescape(escaped: &str) -> (char, usize) {
    let simple = match escaped.as_bytes().get(1) {
        Some(b'u') => return unescape_unit(escaped),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        // `"`, `\` and `/` stand for themselves.
        Some(other) => char::from(*other),
        None => char::REPLACEMENT_CHARACTER,
    };
    (simple, escaped.len().min(2))
}

/// Decodes a `\u` escape, or a surrogate pair of them.
fn unescape_unit(escaped: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = escaped.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let pair = [unit(0), unit(6)].map(Option::unwrap_or_default);
    match char::decode_utf16(pair).next() {
        Some(Ok(character)) => (character, 6 * character.len_utf16()),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decode(r#"a\"\\\/\b\f\n\r\t\u00e9z"#), "a\"\\/\u{8}\u{c}\n\r\té\u{7a}");
        assert_eq!(decode(r"\ud83d\ude00!"), "😀!");
        assert!(matches!(decode("plain é"), Cow::Borrowed("plain é")));
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        for (raw, text) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\uDE00 x", "\u{fffd} x"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
            (r"\ud83dx\ude00", "\u{fffd}x\u{fffd}"),
            (r"\ud83d\n\ude00", "\u{fffd}\n\u{fffd}"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\\ud83d", r"\ud83d"),
        ] {
            assert_eq!(decode(raw), text, "{raw}");
        }
    }

    #[test]
    fn comparing_agrees_with_decoding() {
        for raw in ["", "data", r"\u0064ata", r"d\u0061t\u0061", r"data\n", r"\ud83d\ude00", r"\ud83d", "é", r"\u00e9"] {
            for text in ["", "data", "dat", "datan", "data\n", "\u{1f600}", "\u{fffd}", "é", "u0064ata"] {
                assert_eq!(is(raw, text), decode(raw) == text, "{raw} {text}");
            }
        }
    }
}
