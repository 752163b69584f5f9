//! From the bytes of a body to text that can be parsed, each byte in its place.

use std::borrow::Cow;

use super::NotJson;

/// Turns the bytes of a body into text that [`parse`] reads, each byte in its old place.
///
/// A byte order mark becomes white space and a lone surrogate escape becomes `\ufffd`, so that spans
/// in the text are spans in the body.
///
/// # Errors
/// The bytes are not UTF-8, which JSON between systems has to be (RFC 8259, 8.1).
pub fn decode(body: &[u8]) -> Result<Cow<'_, str>, NotJson> {
    let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
    let mut text = match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(format!("   {rest}")),
        None => Cow::Borrowed(text),
    };
    for at in lone_surrogates(&text) {
        text.to_mut().replace_range(at..at + 6, "\\ufffd");
    }
    Ok(text)
}

/// Where the `\uD800` to `\uDFFF` escapes stand that are not one half of a pair.
fn lone_surrogates(text: &str) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut high: Option<usize> = None;
    let mut at = 0;
    while let Some(skipped) = text.get(at..).and_then(|rest| rest.find('\\')) {
        if skipped > 0 {
            lone.extend(high.take());
        }
        at += skipped;
        let unit = text.get(at + 1..at + 6).and_then(|escape| escape.strip_prefix('u')).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        match unit {
            Some(0xD800..=0xDBFF) => lone.extend(high.replace(at)),
            Some(0xDC00..=0xDFFF) if high.take().is_none() => lone.push(at),
            Some(0xDC00..=0xDFFF) => {}
            _ => lone.extend(high.take()),
        }
        at += match unit {
            Some(_) => 6,
            // The escaped character may be a wide one in text that is no JSON.
            None => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    lone.extend(high);
    lone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        decode(text.as_bytes()).expect("UTF-8").into_owned()
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character_in_its_place() {
        assert_eq!(decoded(r#""\ud83d""#), r#""\ufffd""#);
        assert_eq!(decoded(r#""\uDE00 x""#), r#""\ufffd x""#);
        assert_eq!(decoded(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(decoded(r#""\ud83dx\ude00""#), r#""\ufffdx\ufffd""#);
        assert_eq!(decoded(r#""\ud83d\n\ude00""#), r#""\ufffd\n\ufffd""#);
        assert_eq!(decoded(r#""\ud83d"#), r#""\ufffd"#);
    }

    #[test]
    fn a_pair_and_an_escaped_backslash_stay() {
        for text in [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""é\\é""#, "\"\\é\"", r#""\"#] {
            assert_eq!(decoded(text), text);
        }
    }

    #[test]
    fn a_byte_order_mark_is_white_space() {
        assert_eq!(decoded("\u{feff}{}"), "   {}");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_not_json() {
        assert_eq!(decode(b"{\"a\":\"\xff\"}"), Err(NotJson));
    }
}
