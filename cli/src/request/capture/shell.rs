//! Splits a command line into words as a POSIX shell does, with bash's `$'…'`. An expansion is an error.

use std::iter::Peekable;
use std::str::Chars;

use anyhow::bail;

/// Returns the words. Each of the operators `|`, `;`, `&` and `>` is a word.
///
/// # Errors
/// Returns an error if a quote is not closed, or if the shell would expand a part of the text.
pub(super) fn words(text: &str) -> anyhow::Result<Vec<String>> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                // A line from Windows ends with CRLF.
                Some('\r') if characters.next_if_eq(&'\n').is_some() => {}
                Some('\n') | None => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\'' => word.get_or_insert_default().push_str(&until_quote(&mut characters)?),
            '"' => double_quoted(&mut characters, word.get_or_insert_default())?,
            '$' if characters.next_if_eq(&'\'').is_some() => ansi_quoted(&mut characters, word.get_or_insert_default())?,
            '$' | '`' => return substituted(),
            '|' | ';' | '&' | '>' => {
                words.extend(word.take());
                words.push(character.to_string());
            }
            _ if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Ok(words)
}

fn substituted<T>() -> anyhow::Result<T> {
    bail!(
        "it has a part that a shell would expand (`$…` or a backtick); paste the output of `curl -v`, or the command with the value filled in"
    )
}

fn open<T>() -> anyhow::Result<T> {
    bail!("a quote is not closed; paste the whole command")
}

fn until_quote(characters: &mut Peekable<Chars<'_>>) -> anyhow::Result<String> {
    let mut text = String::new();
    for character in characters {
        match character {
            '\'' => return Ok(text),
            _ => text.push(character),
        }
    }
    open()
}

fn double_quoted(characters: &mut Peekable<Chars<'_>>, word: &mut String) -> anyhow::Result<()> {
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => return Ok(()),
            ('\\', Some('\n')) => drop(characters.next()),
            ('\\', Some('"' | '\\' | '$' | '`')) => word.extend(characters.next()),
            ('`', _) => return substituted(),
            ('$', Some(next)) if next.is_ascii_alphanumeric() || "_{(*@#?$!-".contains(*next) => return substituted(),
            _ => word.push(character),
        }
    }
    open()
}

/// Parses `$'…'`, which browsers use for text that is not ASCII.
fn ansi_quoted(characters: &mut Peekable<Chars<'_>>, word: &mut String) -> anyhow::Result<()> {
    // Browsers write surrogate pairs, as in JavaScript.
    let mut high: Option<u16> = None;
    while let Some(character) = characters.next() {
        match character {
            '\'' => return Ok(()),
            '\\' => match characters.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some(kind @ ('u' | 'x')) => {
                    let unit = u16::try_from(hex(characters, if kind == 'u' { 4 } else { 2 })).unwrap_or_default();
                    match (high.take(), char::decode_utf16([unit]).next()) {
                        (Some(high), _) => {
                            word.extend(char::decode_utf16([high, unit]).map(|pair| pair.unwrap_or(char::REPLACEMENT_CHARACTER)))
                        }
                        (None, Some(Ok(character))) => word.push(character),
                        (None, _) => high = Some(unit),
                    }
                }
                Some(escaped) => word.push(escaped),
                None => return open(),
            },
            _ => word.push(character),
        }
    }
    open()
}

fn hex(characters: &mut Peekable<Chars<'_>>, most: usize) -> u32 {
    let mut value = 0;
    for _ in 0..most {
        let Some(digit) = characters.peek().and_then(|character| character.to_digit(16)) else { break };
        characters.next();
        value = value * 16 + digit;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_the_shell() {
        for (text, expected) in [
            ("a  b\tc\n", &["a", "b", "c"][..]),
            (r#"a'b c'"d e"f\ g"#, &["ab cd ef g"]),
            ("a \\\n b \\\r\n c", &["a", "b", "c"]),
            (r#""\"\\\$\n" '' "#, &[r#""\$\n"#, ""]),
            (r"$'a\tb\u00e9\ud83d\ude00\x41\''", &["a\tbé😀A'"]),
            ("a|b>c", &["a", "|", "b", ">", "c"]),
            ("\"a $ b\"", &["a $ b"]),
        ] {
            assert_eq!(words(text).expect(text), expected, "{text}");
        }
        for text in ["'a", "\"a", "$'a", "$A", "\"$A\"", "`a`", "\"`a`\"", "\"$(a)\"", "\"${a}\""] {
            assert!(words(text).is_err(), "{text}");
        }
    }
}
