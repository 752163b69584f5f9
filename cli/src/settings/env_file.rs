//! Files of settings: `NAME=value`, a line each.
//!
//! Values are taken as they stand, for a secret may hold any character: nothing is substituted and no
//! backslash is read. One pair of quotes around a value is not part of it. Empty lines, lines that begin
//! with `#`, and an `export` before a name are allowed.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

/// The number of a line that is no setting. Its text is not shown: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InvalidLine(usize);

impl fmt::Display for InvalidLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {} must be NAME=value", self.0)
    }
}

impl Error for InvalidLine {}

/// The settings of a file.
///
/// # Errors
/// A line is no setting.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, InvalidLine> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(index, line)| setting(line).ok_or(InvalidLine(index + 1)))
        .collect()
}

fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| (name.to_owned(), unquoted(value.trim()).to_owned()))
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_as_it_stands() {
        for (line, value) in [
            ("A=b", "b"),
            (" A = b ", "b"),
            ("export A=b", "b"),
            ("A=", ""),
            ("A=b=c==", "b=c=="),
            ("A=b # c", "b # c"),
            ("A=$B\\n", "$B\\n"),
            ("A=\"b c\"", "b c"),
            ("A=' b '", " b "),
            ("A='b", "'b"),
            ("A='", "'"),
            ("A=\"b'", "\"b'"),
            ("A={\"*\": [\"new\", \"old\"]}", "{\"*\": [\"new\", \"old\"]}"),
            ("\u{feff}A=b\r\n", "b"),
        ] {
            let expected = BTreeMap::from([("A".to_owned(), value.to_owned())]);
            assert_eq!(parse(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn comments_and_empty_lines_are_no_settings() {
        assert_eq!(parse("# A=b\n\n   \n  # c\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_line_that_is_no_setting_is_numbered_and_not_shown() {
        for text in ["\nhush", "A=b\nhush hush=1", "\n=hush"] {
            assert_eq!(parse(text), Err(InvalidLine(2)));
        }
    }
}
