//! Settings files: one `NAME=value` per line, in the dialect of `.env` files that most tools share.
//!
//! - Empty lines and lines that begin with `#` are skipped. A name can follow `export`.
//! - An unquoted value ends at the end of the line, or before white space that is followed by `#`. White space around it is
//!   removed. It can contain quotes, as JSON does, except as its first character.
//! - A value in `'…'` is literal. In a value in `"…"`, a backslash escapes `"`, `\`, `$` and `` ` ``. After the closing quote,
//!   only a comment can follow.
//! - Nothing is substituted. A value is on one line. A name can occur only once.
//! - Lines end with LF or CRLF. A byte order mark is skipped.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

/// The value of a setting, and the number of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) value: String,
    pub(super) line: usize,
}

/// The number of an invalid line, and the problem. The line is not shown, because it can contain a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InvalidLine(usize, Problem);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    NoSetting,
    OpenQuote,
    AfterQuote,
    Again(usize),
}

impl fmt::Display for InvalidLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: ", self.0)?;
        match self.1 {
            Problem::NoSetting => out.write_str("it must be NAME=value, a comment that begins with `#`, or empty"),
            Problem::OpenQuote => out.write_str("the value begins with a quote, but the line has no closing quote"),
            Problem::AfterQuote => out
                .write_str("only a comment can follow the closing quote; quote a value that contains quotes with the other kind of quote"),
            Problem::Again(first) => write!(out, "the setting is already in line {first}; remove one of the two lines"),
        }
    }
}

impl Error for InvalidLine {}

/// Parses a settings file.
///
/// # Errors
/// Returns an error if a line is invalid.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Entry>, InvalidLine> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut settings: BTreeMap<String, Entry> = BTreeMap::new();
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (name, value) = setting(text).map_err(|problem| InvalidLine(line, problem))?;
        if let Some(first) = settings.insert(name.to_owned(), Entry { value, line }) {
            return Err(InvalidLine(line, Problem::Again(first.line)));
        }
    }
    Ok(settings)
}

fn setting(line: &str) -> Result<(&str, String), Problem> {
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(line);
    let (name, value) = exported.split_once('=').ok_or(Problem::NoSetting)?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok((name, value_of(value.trim())?)) } else { Err(Problem::NoSetting) }
}

fn value_of(text: &str) -> Result<String, Problem> {
    let (value, rest) = match text.chars().next() {
        Some('\'') => {
            let (value, rest) = text[1..].split_once('\'').ok_or(Problem::OpenQuote)?;
            (value.to_owned(), rest)
        }
        Some('"') => double_quoted(&text[1..])?,
        _ => return Ok(unquoted(text).to_owned()),
    };
    let is_comment = rest.is_empty() || unquoted(rest).is_empty();
    if is_comment { Ok(value) } else { Err(Problem::AfterQuote) }
}

/// Returns the value up to the closing quote, and the text after it.
fn double_quoted(text: &str) -> Result<(String, &str), Problem> {
    let (mut value, mut characters) = (String::new(), text.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok((value, characters.as_str())),
            '\\' if characters.as_str().starts_with(['"', '\\', '$', '`']) => value.extend(characters.next()),
            _ => value.push(character),
        }
    }
    Err(Problem::OpenQuote)
}

/// Returns the text before a comment.
fn unquoted(text: &str) -> &str {
    let is_comment = |(index, _): &(usize, &str)| *index == 0 || text[..*index].ends_with([' ', '\t']);
    let end = text.match_indices('#').find(is_comment).map_or(text.len(), |(index, _)| index);
    text[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_documented() {
        for (line, value) in [
            ("A=b", "b"),
            (" A = b ", "b"),
            ("export A=b", "b"),
            ("export\tA=b", "b"),
            ("A=", ""),
            ("A=b=c==", "b=c=="),
            ("A=b # c", "b"),
            ("A=b\t#c", "b"),
            ("A=# c", ""),
            ("A=b#c", "b#c"),
            ("A=$B\\n", "$B\\n"),
            ("A=\"b c\"", "b c"),
            ("A=\"b # c\" # d", "b # c"),
            (r#"A="a\"b\\c\$d\`e\n""#, r#"a"b\c$d`e\n"#),
            ("A=' b \" \\ # '", " b \" \\ # "),
            ("A=''", ""),
            ("A=it's", "it's"),
            ("A={\"*\": [\"new\", \"old\"]}", "{\"*\": [\"new\", \"old\"]}"),
            ("\u{feff}A=b\r\n", "b"),
            ("A='b'\r\n", "b"),
        ] {
            let expected = BTreeMap::from([("A".to_owned(), Entry { value: value.to_owned(), line: 1 })]);
            assert_eq!(parse(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn comments_and_empty_lines_are_skipped() {
        assert_eq!(parse("# A=b\n\n   \n  # c\r\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn an_invalid_line_is_numbered_and_not_shown() {
        for (text, problem) in [
            ("\nhush", "it must be NAME=value"),
            ("A=b\nhush hush=1", "it must be NAME=value"),
            ("\n=hush", "it must be NAME=value"),
            ("\nexportA hush", "it must be NAME=value"),
            ("\nA='hush", "no closing quote"),
            ("\nA=\"hush\\\"", "no closing quote"),
            ("\nA='", "no closing quote"),
            ("\nA='hush'hush", "only a comment can follow"),
            ("\nA=\"hush\"#hush\"", ""),
            ("\nA=\"hush\" \"hush\"", "only a comment can follow"),
            ("A=hush\nA=hush", "is already in line 1"),
        ] {
            match parse(text) {
                Ok(_) => assert_eq!(problem, "", "{text}"),
                Err(error) => {
                    let error = error.to_string();
                    assert!(error.starts_with("line 2: ") && error.contains(problem) && !problem.is_empty(), "{error}");
                    assert!(!error.contains("hush"), "{error}");
                }
            }
        }
    }
}
