//! How much of a credential may be seen: its two ends, and of a short one its length.

/// Below this a credential's ends are too much of it.
const SHORT: usize = 16;

/// The first and the last four characters and the length, or the length alone.
pub(crate) fn abbreviated(text: &str) -> String {
    let characters: Vec<char> = text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect();
    let ends = |range: &[char]| range.iter().collect::<String>();
    match characters.len() {
        1 => "1 character".to_owned(),
        length @ ..SHORT => format!("{length} characters"),
        length => format!("{}…{} ({length} characters)", ends(&characters[..4]), ends(&characters[length - 4..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_long_one_and_the_length_of_a_short_one_are_shown() {
        for (text, shown) in [
            ("", "0 characters"),
            ("a", "1 character"),
            ("123456789abcdef", "15 characters"),
            ("123456789abcdefg", "1234…defg (16 characters)"),
            ("é23\u{1b}456789abcdefü", "é23\u{fffd}…defü (17 characters)"),
        ] {
            assert_eq!(abbreviated(text), shown);
        }
    }
}
