//! The part of a credential that can be shown: the beginning of a digest, the length of a token.

use crate::terminal::output::one_line;

/// Below this length, even the beginning reveals too much.
const SHORT: usize = 16;

/// Returns the first four characters of a digest and its length. For fewer than 16 characters, returns only the length.
pub(crate) fn digest(text: &str) -> String {
    match text.char_indices().nth(4) {
        Some((end, _)) if text.chars().nth(SHORT - 1).is_some() => format!("{}… ({})", one_line(&text[..end], 4 * 8), token(text)),
        _ => token(text),
    }
}

/// Returns the length of a token, in words.
pub(crate) fn token(text: &str) -> String {
    match text.chars().count() {
        1 => "1 character".to_owned(),
        length => format!("{length} characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_shows_its_beginning_and_a_token_its_length() {
        for (text, shown) in [
            ("", "0 characters"),
            ("a", "1 character"),
            ("123456789abcdef", "15 characters"),
            ("123456789abcdefg", "1234… (16 characters)"),
            ("é23\u{1b}456789abcdefü", "é23<U+001B>… (17 characters)"),
        ] {
            assert_eq!(digest(text), shown);
        }
        assert_eq!(token("123456789abcdefg"), "16 characters");
    }
}
