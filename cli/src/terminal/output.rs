//! Output: lines on stdout, errors on stderr.
//!
//! Colors are for terminals, and `NO_COLOR` turns them off. A command ends if its output cannot be written ([`print`]). The
//! gateway keeps running without a reader ([`line`]).

use std::error::Error;
use std::fmt::{self, Arguments, Write as _};
use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use shared::timestamp::Timestamp;

/// The style of a success.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// The style of a failure.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// The style of secondary text.
const DIM: Style = Style::new().dimmed();
/// The style of a line's key parts.
pub(crate) const BOLD: Style = Style::new().bold();

/// Standard output cannot be written.
#[derive(Debug)]
pub(crate) struct Unwritable(io::Error);

impl Unwritable {
    /// Returns the error for a reader that has exited.
    pub(crate) fn closed() -> Self {
        Self(ErrorKind::BrokenPipe.into())
    }

    /// Returns whether the reader has exited, as `head` does. The command then ends without an error message.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.kind() == ErrorKind::BrokenPipe
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot write to standard output ({}); redirect the output elsewhere", self.0)
    }
}

impl Error for Unwritable {}

/// Writes one or more lines to stdout without interleaving.
///
/// # Errors
/// Returns an error if standard output cannot be written.
pub(crate) fn print(line: Arguments<'_>) -> Result<(), Unwritable> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(Unwritable)
}

/// Writes a line to stdout like [`print`], but ignores errors.
pub(crate) fn line(line: Arguments<'_>) {
    let _ = print(line);
}

/// Formats the time of day in UTC, to the second, for the beginning of a line.
pub(crate) fn clock(millis: i64) -> String {
    let time = Timestamp::from_millis(millis).map(|time| time.to_string()).unwrap_or_default();
    format!("{DIM}{}Z{DIM:#}", time.get(11..19).unwrap_or("--:--:--"))
}

/// Writes a note to stderr, so that it is not part of the output.
pub(crate) fn note(note: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", printable(note));
}

/// Writes an error and its causes to stderr.
pub(crate) fn error(error: &anyhow::Error) {
    let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} {}", printable(&format!("{error:#}")));
}

/// Makes a panic report only its location on stderr, because its message can contain part of a request.
pub(crate) fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} a bug in chathooks at {location}; please report it");
    }));
}

/// Makes untrusted text safe for a terminal. Keeps line feeds and tabs, and writes other control and invisible characters as
/// code points, such as `<U+202E>`.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            _ if is_unseen(character) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "<U+{:04X}>", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Makes untrusted text safe for one line of a terminal, and truncates it to `limit` characters.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let cut = text.char_indices().nth(limit).map_or(text, |(end, _)| &text[..end]);
    let mut shown = printable(cut).replace(['\n', '\t'], " ");
    if cut.len() < text.len() {
        let _ = write!(shown, "… ({} characters)", text.chars().count());
    }
    shown
}

/// Returns whether a character is a control character, or a Unicode character that reorders text or has no width. Joiners,
/// which emojis and some scripts need, do not count.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_made_visible() {
        for (text, shown) in [
            ("Grüße, 👩\u{200d}💻\n\tyou", "Grüße, 👩\u{200d}💻\n\tyou"),
            ("\u{1b}[2J\r\0\u{7f}\u{9b}", "<U+001B>[2J<U+000D><U+0000><U+007F><U+009B>"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{feff}", "a<U+202E>b<U+2066>c<U+200B>d<U+FEFF>"),
            ("\u{e0041}", "<U+E0041>"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn a_line_begins_with_the_time_of_day() {
        let plain = |millis| anstream::adapter::strip_str(&clock(millis)).to_string();
        assert_eq!([plain(1_800_000_000_999), plain(i64::MAX)], ["08:00:00Z", "--:--:--Z"]);
    }

    #[test]
    fn a_line_is_truncated() {
        assert_eq!(one_line("a\nb\tc", 5), "a b c");
        assert_eq!(one_line(&"é".repeat(100_000), 3), "ééé… (100000 characters)");
    }
}
