//! Rewrites JSON in another style.
//!
//! Indentation grows with the square of the nesting depth, which the sender controls, so writing stops at a limit.

use std::fmt::Write;
use std::str::Chars;

use super::style::{Slash, Space, Unicode};

/// Returns the JSON in the style, or `None` if it would be longer than `limit` bytes. The text must be valid JSON.
pub(super) fn json(text: &str, space: Space, slash: Slash, unicode: Unicode, limit: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    let mut depth = 0;
    // Set after an opening bracket, because an empty object or array stays on one line.
    let mut opened = false;
    while let Some(character) = characters.next() {
        // A line begins with its indentation, so the output exceeds the limit by at most one line's indentation.
        if out.len().saturating_add(space.indentation(depth)) > limit {
            return None;
        }
        if character.is_ascii_whitespace() && space != Space::Kept {
            continue;
        }
        let closes = matches!(character, '}' | ']');
        if opened && !closes {
            new_line(space, depth, &mut out);
        }
        if closes {
            depth -= 1;
            if !opened {
                new_line(space, depth, &mut out);
            }
        }
        opened = false;
        out.push(character);
        match character {
            '"' => write_string(&mut characters, slash, unicode, &mut out),
            '{' | '[' => (depth, opened) = (depth + 1, true),
            ',' if space == Space::AfterSeparators => out.push(' '),
            ',' => new_line(space, depth, &mut out),
            ':' if !matches!(space, Space::Kept | Space::None) => out.push(' '),
            _ => {}
        }
    }
    Some(out)
}

fn new_line(space: Space, depth: usize, out: &mut String) {
    if let Space::Indent(unit) = space {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str(unit));
    }
}

/// Writes the rest of a string after its opening quote, including the closing quote.
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

/// Writes the character of the escape whose `\u` was read. An escape that JSON requires, and a lone surrogate, stay escaped.
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
