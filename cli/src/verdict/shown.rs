//! How much of a credential may be seen: of a digest the beginning, of a token its length.

use crate::terminal::output::one_line;

/// Below this even the beginning is too much.
const SHORT: usize = 16;

/// The first four characters of a digest and its length, or the length alone.
pub(crate) fn digest(text: &str) -> String {
    match text.char_indices().nth(4) {
        Some((end, _)) if text.chars().nth(SHORT - 1).is_some() => format!("{}… ({})", one_line(&text[..end], 4 * 8), token(text)),
        _ => token(text),
    }
}

/// The length of a token.
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
    fn the_beginning_of_a_digest_and_the_length_of_the_rest_are_shown() {
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
