//! What a writer of JSON is free to choose.

/// White space between the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Kept,
    None,
    AfterSeparators,
    Indent(&'static str),
}

impl Space {
    /// Returns how many bytes a line of that depth begins with.
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
    /// Returns whether the style changes that text, or keeps every text as it is.
    pub(super) fn applies(self, text: &str) -> bool {
        match self {
            Self::Kept => true,
            Self::Plain => text.contains(r"\/"),
            Self::Escaped => text.contains('/'),
        }
    }
}

impl Unicode {
    /// Returns whether the style changes that text, or keeps every text as it is.
    pub(super) fn applies(self, text: &str) -> bool {
        match self {
            Self::Kept => true,
            Self::Plain => text.contains(r"\u"),
            Self::Escaped => !text.is_ascii(),
            Self::HtmlEscaped => text.contains(['<', '>', '&']),
        }
    }
}
