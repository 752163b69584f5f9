//! Events as JSON that SQS accepts.

use super::FITTING_BYTES;
use crate::event::CloudEvent;

/// Returns an event as JSON. `serde_json` escapes control characters; SQS also rejects U+FFFE and U+FFFF, so those are
/// escaped too.
pub(super) fn of(event: &CloudEvent) -> String {
    #[allow(clippy::expect_used)] // Plain structs with string keys always serialize.
    let json = serde_json::to_string(event).expect("serializable");
    match count_rejected(&json) {
        0 => json,
        _ => json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff"),
    }
}

/// Returns whether a body fits into a message as a JSON string, as far as is known before it is parsed.
#[must_use]
pub fn is_fitting(body: &[u8]) -> bool {
    /// The longest escape, `\u001f`, replaces one byte.
    const LONGEST: usize = 6;
    body.len() <= FITTING_BYTES / LONGEST || escaped_len(body) <= FITTING_BYTES
}

/// Returns the length in bytes of a body as a JSON string in an event: the part of a message's size that is known before
/// the body is parsed.
#[must_use]
pub fn escaped_len(body: &[u8]) -> usize {
    let Ok(text) = std::str::from_utf8(body) else { return body.len().div_ceil(3) * 4 };
    let escaped = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..0x20 => 6,
        _ => 1,
    });
    escaped.sum::<usize>() + 3 * count_rejected(text)
}

/// Counts the characters that SQS rejects and JSON does not escape. It searches twice, because a search for one character
/// compares whole machine words, while a search for two decodes every character.
fn count_rejected(text: &str) -> usize {
    text.matches('\u{fffe}').count() + text.matches('\u{ffff}').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Data, Original};

    fn with_body(body: &str) -> CloudEvent {
        let original = Original { body: body.to_owned(), ..Original::default() };
        CloudEvent { data: Data { original, ..Data::default() }, ..CloudEvent::default() }
    }

    #[test]
    fn no_character_that_sqs_rejects_remains() {
        let body = "\u{1}\u{7f}\u{fffe}\u{ffff}\u{1fffe}\t\"\\";
        let json = of(&with_body(body));
        let rejected =
            |character: char| matches!(character, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && !matches!(character, '\t' | '\n' | '\r');
        assert!(!json.contains(rejected), "{json}");
        let event: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(event["data"]["original"]["body"], body);
    }

    #[test]
    fn a_body_fits_up_to_the_limit_whatever_its_characters() {
        for (character, escaped) in [("a", 1), ("\"", 2), ("\u{1}", 6), ("\u{fffe}", 6)] {
            let most = FITTING_BYTES / escaped;
            assert!(is_fitting(character.repeat(most).as_bytes()), "{character:?}");
            assert!(!is_fitting(character.repeat(most + 1).as_bytes()), "{character:?}");
        }
    }

    #[test]
    fn the_escaped_length_is_exact() {
        let empty = of(&with_body("")).len();
        for text in ["", "plain", "\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}", "é€😀", "\u{fffe}\u{ffff}x"] {
            assert_eq!(escaped_len(text.as_bytes()), of(&with_body(text)).len() - empty, "{text:?}");
        }
        assert_eq!(escaped_len(b"\xff\xff\xff\xff"), 8);
    }
}
