//! The same JSON in the styles of other writers: white space, `\/`, and `\u` escapes.
//!
//! Only white space and the spelling of characters change: members keep their order and numbers their
//! digits, as they do where JavaScript, Python, PHP or Go read a body and write it again.

use std::fmt::Write;
use std::str::Chars;

use serde::de::IgnoredAny;

/// White space between the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    Kept,
    None,
    AfterSeparators,
    Indent(&'static str),
}

/// How a slash is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slash {
    Kept,
    Plain,
    Escaped,
}

/// How characters outside ASCII, and `<`, `>` and `&`, are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unicode {
    Kept,
    Plain,
    Escaped,
    HtmlEscaped,
}

const SPACES: [(Space, &str); 6] = [
    (Space::Kept, ""),
    (Space::None, "without white space, as JSON.stringify writes it"),
    (Space::AfterSeparators, "with a space after each `:` and `,`, as Python's json.dumps writes it"),
    (Space::Indent("  "), "indented by 2 spaces"),
    (Space::Indent("    "), "indented by 4 spaces"),
    (Space::Indent("\t"), "indented by tabs"),
];

const SLASHES: [(Slash, &str); 3] =
    [(Slash::Kept, ""), (Slash::Escaped, r"with `/` as `\/`, as PHP writes it"), (Slash::Plain, r"with `\/` as `/`")];

const UNICODES: [(Unicode, &str); 4] = [
    (Unicode::Kept, ""),
    (Unicode::Escaped, r"with `\u` escapes for all but ASCII"),
    (Unicode::Plain, r"with characters in place of `\u` escapes"),
    (Unicode::HtmlEscaped, r"with `\u` escapes for `<`, `>` and `&`, as Go writes it"),
];

impl Slash {
    fn applies(self, text: &str) -> bool {
        match self {
            Self::Kept => true,
            Self::Plain => text.contains(r"\/"),
            Self::Escaped => text.contains('/'),
        }
    }
}

impl Unicode {
    fn applies(self, text: &str) -> bool {
        match self {
            Self::Kept => true,
            Self::Plain => text.contains(r"\u"),
            Self::Escaped => !text.is_ascii(),
            Self::HtmlEscaped => text.contains(['<', '>', '&']),
        }
    }
}

/// The text in each other style, with words for it, the fewest changes first. None of a text that is no JSON.
pub(super) fn variants(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut styles = Vec::new();
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        for (space, in_space) in SPACES {
            for (slash, in_slash) in SLASHES.into_iter().filter(|(slash, _)| slash.applies(text)) {
                for (unicode, in_unicode) in UNICODES.into_iter().filter(|(unicode, _)| unicode.applies(text)) {
                    let words: Vec<&str> = [in_space, in_slash, in_unicode].into_iter().filter(|words| !words.is_empty()).collect();
                    styles.push((words, (space, slash, unicode)));
                }
            }
        }
    }
    styles.sort_by_key(|(words, _)| words.len());
    styles.into_iter().skip(1).map(move |(words, (space, slash, unicode))| {
        let mut out = String::with_capacity(text.len());
        write_all(text, space, slash, unicode, &mut out);
        (words.join(" and "), out)
    })
}

fn write_all(text: &str, space: Space, slash: Slash, unicode: Unicode, out: &mut String) {
    let mut characters = text.chars();
    let mut depth = 0;
    // An opening bracket waits, for an empty object or array stays on its line.
    let mut opened = false;
    while let Some(character) = characters.next() {
        if character.is_ascii_whitespace() && space != Space::Kept {
            continue;
        }
        let closes = matches!(character, '}' | ']');
        if opened && !closes {
            new_line(space, depth, out);
        }
        if closes {
            depth -= 1;
            if !opened {
                new_line(space, depth, out);
            }
        }
        opened = false;
        out.push(character);
        match character {
            '"' => write_string(&mut characters, slash, unicode, out),
            '{' | '[' => (depth, opened) = (depth + 1, true),
            ',' if space == Space::AfterSeparators => out.push(' '),
            ',' => new_line(space, depth, out),
            ':' if !matches!(space, Space::Kept | Space::None) => out.push(' '),
            _ => {}
        }
    }
}

fn new_line(space: Space, depth: usize, out: &mut String) {
    if let Space::Indent(unit) = space {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str(unit));
    }
}

/// Writes a string after its opening quote, up to and with the closing one.
fn write_string(characters: &mut Chars<'_>, slash: Slash, unicode: Unicode, out: &mut String) {
    while let Some(character) = characters.next() {
        match character {
            '"' => return out.push('"'),
            '\\' => match characters.clone().next() {
                Some('u') if unicode == Unicode::Plain => {
                    characters.next();
                    write_unescaped(characters, out);
                }
                Some('/') if slash == Slash::Plain => {
                    characters.next();
                    out.push('/');
                }
                _ => {
                    out.push('\\');
                    out.extend(characters.next());
                }
            },
            '/' if slash == Slash::Escaped => out.push_str(r"\/"),
            '<' | '>' | '&' if unicode == Unicode::HtmlEscaped => write_escape(character, out),
            _ if unicode == Unicode::Escaped && !character.is_ascii() => write_escape(character, out),
            _ => out.push(character),
        }
    }
}

fn write_escape(character: char, out: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// Writes the character of the escape whose `\u` was read; one that JSON must escape, and half of a pair, stay as they are.
fn write_unescaped(characters: &mut Chars<'_>, out: &mut String) {
    let text = characters.as_str();
    let unit = |from: usize| text.get(from..from + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let pair = || text.get(4..6).filter(|start| *start == r"\u").and_then(|_| Some([unit(0)?, unit(6)?]));
    let decoded = |units: &[u16]| String::from_utf16(units).ok();
    let plain = |text: &String| !text.chars().any(|character| character.is_control() || matches!(character, '"' | '\\'));
    let one = unit(0).and_then(|unit| decoded(&[unit])).map(|text| (text, 4));
    let read = one.or_else(|| pair().and_then(|units| decoded(&units)).map(|text| (text, 10)));
    match read.filter(|(text, _)| plain(text)) {
        Some((text, length)) => {
            out.push_str(&text);
            characters.nth(length - 1);
        }
        None => out.push_str(r"\u"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, other: &str, words: &str) {
        let found = variants(text).find(|(_, variant)| variant == other);
        assert_eq!(found.map(|(words, _)| words).as_deref(), Some(words), "{text} as {other}");
    }

    #[test]
    fn white_space_is_that_of_other_writers() {
        let compact = r#"{"a":[1,{},[ ],"x: , y"],"b":{"c":1.50}}"#.replace("[ ]", "[]");
        let pretty = "{\n  \"a\": [\n    1,\n    {},\n    [],\n    \"x: , y\"\n  ],\n  \"b\": {\n    \"c\": 1.50\n  }\n}";
        let spaced = r#"{"a": [1, {}, [], "x: , y"], "b": {"c": 1.50}}"#;
        for text in [compact.as_str(), pretty, spaced] {
            let by_words = |words: &str| variants(text).find(|(known, _)| known.starts_with(words)).expect(words).1;
            assert_eq!(by_words("without white space"), compact);
            assert_eq!(by_words("with a space"), spaced);
            assert_eq!(by_words("indented by 2"), pretty);
            assert_eq!(by_words("indented by 4"), pretty.replace("  ", "    "));
            assert_eq!(by_words("indented by tabs"), pretty.replace("  ", "\t"));
        }
    }

    #[test]
    fn characters_are_spelled_as_others_spell_them() {
        has(r#"{"a":"/"}"#, r#"{"a":"\/"}"#, r"with `/` as `\/`, as PHP writes it");
        has(r#"{"a":"\/"}"#, r#"{"a":"/"}"#, r"with `\/` as `/`");
        has(r#"["é😀"]"#, r#"["\u00e9\ud83d\ude00"]"#, r"with `\u` escapes for all but ASCII");
        has(r#"["\u00e9\ud83d\ude00\u003c"]"#, r#"["é😀<"]"#, r"with characters in place of `\u` escapes");
        has(r#"["<&>"]"#, r#"["\u003c\u0026\u003e"]"#, r"with `\u` escapes for `<`, `>` and `&`, as Go writes it");
        has(r#"["é/"]"#, r#"["\u00e9\/"]"#, r"with `/` as `\/`, as PHP writes it and with `\u` escapes for all but ASCII");
    }

    #[test]
    fn what_must_be_escaped_and_half_a_pair_stay() {
        let plain = |text: &str| variants(text).find(|(words, _)| words.starts_with("with characters")).expect("a variant").1;
        for text in [r#"["\u0022\u005c\u000a"]"#, r#"["\ud83d\u0041"]"#, r#"["\\u00e9\""]"#] {
            assert_eq!(plain(text).replace('A', r"\u0041"), text);
        }
        assert_eq!(variants("no JSON").count() + variants("{\"a\":1").count() + variants("").count(), 0);
    }

    #[test]
    fn every_variant_is_the_same_json() {
        let text = r#" {"é\/😀/<\u003c" : [ 1e5 , true,null,"\\\"", {"x":{}} ] } "#;
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(variants(text).count(), 71);
        for (words, variant) in variants(text) {
            assert_eq!(read(&variant), read(text), "{words}: {variant}");
        }
    }
}
