//! The choices that a JSON serializer has.

/// White space between the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Kept,
    None,
    AfterSeparators,
    Indent(&'static str),
}

impl Space {
    /// Returns the length of a line's indentation at that depth, in bytes.
    pub(super) fn indentation(self, depth: usize) -> usize {
        match self {
            Self::Indent(unit) => unit.len().saturating_mul(depth),
            Self::Kept | Self::None | Self::AfterSeparators => 0,
        }
    }
}

/// How a slash is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    Kept,
    Plain,
    Escaped,
}

/// How characters outside ASCII, and `<`, `>` and `&`, are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unicode {
    Kept,
    Plain,
    Escaped,
    HtmlEscaped,
}

impl Slash {
    /// Returns whether the style can change the text, or is `Kept`.
    pub(super) fn applies(self, text: &str) -> bool {
        match self {
            Self::Kept => true,
            Self::Plain => text.contains(r"\/"),
            Self::Escaped => text.contains('/'),
        }
    }
}

impl Unicode {
    /// Returns whether the style can change the text, or is `Kept`.
    pub(super) fn applies(self, text: &str) -> bool {
        match self {
            Self::Kept => true,
            Self::Plain => text.contains(r"\u"),
            Self::Escaped => !text.is_ascii(),
            Self::HtmlEscaped => text.contains(['<', '>', '&']),
        }
    }
}
