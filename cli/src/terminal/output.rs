//! What the user reads: lines on stdout, errors on stderr.
//!
//! Colour is for terminals, and `NO_COLOR` is honoured. A reader that has gone away is no error: the
//! gateway goes on without it.

use std::fmt::Arguments;
use std::io::Write;

use anstyle::{AnsiColor, Style};

/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What did not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What a reader looks for.
pub(crate) const BOLD: Style = Style::new().bold();

/// Writes a line, or several that nothing comes between, to stdout.
pub(crate) fn line(line: Arguments<'_>) {
    let mut stdout = anstream::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Writes a remark to stderr: it is no part of what a program reads from stdout.
pub(crate) fn note(note: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{note}");
}

/// Writes an error and what caused it to stderr.
pub(crate) fn error(error: &anyhow::Error) {
    let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} {error:#}");
}

/// Says on stderr where a bug is, and never what: a panic's text may hold a part of a request.
pub(crate) fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} a bug in chathooks at {location}; please report it");
    }));
}

/// A text of somebody else's for a terminal, without its control characters.
pub(crate) fn printable(text: &str) -> String {
    let is_plain = |character: char| matches!(character, '\n' | '\t') || !character.is_control();
    text.chars().map(|character| if is_plain(character) { character } else { char::REPLACEMENT_CHARACTER }).collect()
}
