//! Phone numbers, as opposed to ids.

use std::borrow::Cow;

/// Returns the digits of a phone number: an optional `+`, then 6 to 15 digits with spaces, dots, dashes or brackets
/// between them. Returns `None` for anything else, which is an id.
pub(crate) fn digits(text: &str) -> Option<String> {
    is_number(text).then(|| text.chars().filter(char::is_ascii_digit).collect())
}

/// Returns the key that a contact is indexed by: the text, without the `+` of a phone number.
pub(crate) fn key(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.starts_with('+') || !is_number(&text) {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) => Cow::Owned(text[1..].to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text).as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_digit() || b" .-()[]".contains(byte);
    let ends = [number.first(), number.last()];
    ends.into_iter().flatten().filter(|byte| byte.is_ascii_digit()).count() == 2
        && number.iter().all(is_part)
        && (6..=15).contains(&number.iter().filter(|byte| byte.is_ascii_digit()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits() {
        for (text, number) in [
            ("12025550163", "12025550163"),
            ("+12025550163", "12025550163"),
            ("+1 (202) 555-01.63", "12025550163"),
            ("123456", "123456"),
            ("123456789012345", "123456789012345"),
        ] {
            assert_eq!(digits(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn anything_else_is_an_id() {
        for text in [
            "",
            "+",
            "1",
            "12345",
            "1234567890123456",
            "US.555000111222333444555",
            "GB.2222222222",
            "++12025550163",
            "12025550163+",
            "12025550163@example",
            " 12025550163",
            "12025550163 ",
            "٠١٢٣٤٥٦٧",
            "120255é0163",
            "12025550163\n",
            "Y2FwaV9n",
        ] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_exact_except_for_the_plus() {
        for (text, expected) in [
            ("+12025550163", "12025550163"),
            ("12025550163", "12025550163"),
            ("+1 202 555 0163", "1 202 555 0163"),
            ("+US.1", "+US.1"),
            ("US.1", "US.1"),
        ] {
            assert_eq!(key(Cow::Borrowed(text)), expected);
            assert_eq!(key(Cow::Owned(text.to_owned())), expected);
        }
    }
}
