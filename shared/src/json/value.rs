//! A value of a document: the input of a provider's parse function.

use std::borrow::Cow;
use std::ops::Range;

use super::{Document, Node, Piece, string};
use crate::event::MAX_INTEGER;

/// A value of a document, or nothing. Looking up a missing member returns nothing, so lookups can be chained.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    /// The index of the node. `None` if there is no value.
    index: Option<u32>,
    /// For an element, the start of its array.
    array: u32,
}

impl<'d> Value<'d> {
    pub(super) fn new(document: &'d Document<'d>, index: u32) -> Self {
        Self { document, index: Some(index), array: 0 }
    }

    fn nothing(self) -> Self {
        Self { index: None, ..self }
    }

    /// Returns the member with this name, or nothing. If the name is repeated, the last member counts.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        let index = self.names().filter(|key| self.document.is_name(*key, name)).last().map(|key| key + 1);
        Self { index, ..self }
    }

    /// Returns the first of these members that is given, or nothing.
    #[must_use]
    pub fn first_of(self, names: &[&str]) -> Self {
        names.iter().map(|name| self.get(name)).find(|value| value.is_given()).unwrap_or(self.nothing())
    }

    /// Returns this value if it is given, otherwise `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_given() { self } else { other }
    }

    /// Returns the text of a non-empty string, or a number exactly as written. Returns `None` for any other value, for `0` and
    /// for a number outside the range of `f64`.
    #[must_use]
    pub fn text(self) -> Option<String> {
        if self.is_number() {
            return self.number().filter(|number| *number != 0.0).map(|_| self.raw().to_owned());
        }
        self.string().map(Cow::into_owned)
    }

    /// Returns the text of a non-empty string.
    #[must_use]
    pub fn string(self) -> Option<Cow<'d, str>> {
        let raw = self.raw().strip_prefix('"')?.strip_suffix('"')?;
        (!raw.is_empty()).then(|| string::decode(raw))
    }

    /// Returns whether this is a string equal to `text`.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        self.string().is_some_and(|string| string == text)
    }

    /// Returns a finite number, or the number in a string. Unlike [`text`](Self::text), it returns zero, which is a valid
    /// latitude.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        let number = if self.is_number() { self.raw().parse() } else { self.string()?.parse() };
        number.ok().filter(|number: &f64| number.is_finite())
    }

    /// Returns an angle in degrees, between `-limit` and `limit`.
    #[must_use]
    pub fn degrees(self, limit: f64) -> Option<f64> {
        self.number().filter(|degrees| degrees.abs() <= limit)
    }

    /// Returns an integer from 1 to [`MAX_INTEGER`] that is written only in digits, as a number or in a string.
    #[must_use]
    pub fn size(self) -> Option<u64> {
        let size = if self.is_number() { self.raw().parse() } else { self.string()?.parse() };
        size.ok().filter(|size| (1..=MAX_INTEGER).contains(size))
    }

    /// Returns whether this is `true`.
    #[must_use]
    pub fn is_true(self) -> bool {
        self.raw() == "true"
    }

    /// Returns whether this is an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        self.raw().starts_with('{')
    }

    /// Returns whether this is an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        self.raw().starts_with('[')
    }

    /// Returns whether this is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        self.raw().starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    /// Returns whether this is given: not missing, `null`, `""`, `0`, `false`, `[]`, `{}` or outside the range of `f64`.
    #[must_use]
    pub fn is_given(self) -> bool {
        match self.raw().as_bytes().first() {
            None | Some(b'n' | b'f') => false,
            Some(b'{' | b'[') => self.children().next().is_some(),
            Some(b'"') => self.raw().len() > 2,
            Some(b't') => true,
            Some(_) => self.number().is_some_and(|number| number != 0.0),
        }
    }

    /// Returns whether this is an object with a member of this name, even if that is `null`.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.get(name).index.is_some()
    }

    /// Returns the elements of an array. Empty for any other value.
    pub fn elements(self) -> impl Iterator<Item = Value<'d>> {
        let is_array = self.is_array();
        let array = self.span().start as u32;
        self.children().filter(move |_| is_array).map(move |index| Self { index: Some(index), array, ..self })
    }

    /// Returns the first element of an array, or nothing.
    #[must_use]
    pub fn first(self) -> Self {
        self.elements().next().unwrap_or(self.nothing())
    }

    /// Returns the names and values of an object's members, including those with the same name.
    pub fn members(self) -> impl Iterator<Item = (Cow<'d, str>, Value<'d>)> {
        self.names().map(move |key| {
            let name = Self::new(self.document, key).string().unwrap_or_default();
            (name, Self::new(self.document, key + 1))
        })
    }

    /// Returns this element of an array as a piece of the body.
    #[must_use]
    pub fn piece(self) -> Piece {
        Piece::new(self.span(), self.array)
    }

    /// Returns all members with this name, each including its name, as pieces of the body.
    pub fn pieces(self, name: &str) -> impl Iterator<Item = Piece> {
        self.names().filter(move |key| self.document.is_name(*key, name)).map(move |key| self.member(key))
    }

    /// Returns all members, each including its name, as pieces of the body, in the order of [`members`](Self::members).
    pub fn member_pieces(self) -> impl Iterator<Item = Piece> {
        self.names().map(move |key| self.member(key))
    }

    /// Returns the member with the name at this node as a piece of the body.
    fn member(self, key: u32) -> Piece {
        let [name, value] = [key, key + 1].map(|index| Self::new(self.document, index).span());
        Piece::new(name.start..value.end, self.span().start as u32)
    }

    /// Returns the byte range of the value in the body. Empty if there is no value.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.node().map_or(0..0, |node| node.start as usize..node.end as usize)
    }

    /// Returns the JSON text of the value as written. Empty if there is no value.
    #[must_use]
    pub fn raw(self) -> &'d str {
        &self.document.text[self.span()]
    }

    fn node(self) -> Option<Node> {
        self.document.nodes.get(self.index? as usize).copied()
    }

    /// Returns the nodes of the elements of an array, or of the names and values of an object, which alternate.
    fn children(self) -> impl Iterator<Item = u32> {
        let (first, end) = match (self.index, self.node()) {
            (Some(index), Some(node)) => (index + 1, node.next),
            _ => (0, 0),
        };
        let within = move |index: &u32| *index < end;
        std::iter::successors(Some(first).filter(within), move |index| Some(self.document.nodes[*index as usize].next).filter(within))
    }

    /// Returns the nodes of an object's member names.
    fn names(self) -> impl Iterator<Item = u32> {
        let is_object = self.is_object();
        self.children().filter(move |_| is_object).step_by(2)
    }
}

impl Document<'_> {
    /// Returns whether the member name at this node is `name`.
    fn is_name(&self, key: u32, name: &str) -> bool {
        let node = self.nodes[key as usize];
        let raw = &self.text[node.start as usize + 1..node.end as usize - 1];
        raw == name || (raw.len() > name.len() && string::is(raw, name))
    }
}

#[cfg(test)]
mod tests;
