//! Pieces of a body, and bodies reduced to some of their pieces.

use std::ops::Range;

/// An element of an array, or a member of an object with its name. Removing it from a body leaves valid JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    start: u32,
    end: u32,
    /// The start of the array or object that contains it.
    container: u32,
}

impl Piece {
    pub(super) fn new(span: Range<usize>, container: u32) -> Self {
        // A document is smaller than 4 GiB.
        Self { start: span.start as u32, end: span.end as u32, container }
    }

    /// Returns the byte range of the piece's text in the body.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text split into its pieces and the rest. [`Cut::with`] reassembles it with some of the pieces.
///
/// Splitting takes time linear in the text and its pieces, reassembling linear in the result.
pub struct Cut<'t> {
    text: &'t str,
    /// The text that is not in any piece.
    rest: String,
    /// The positions of the pieces, in order.
    holes: Vec<Hole<'t>>,
}

/// The position at which a piece and one comma were cut out.
struct Hole<'t> {
    piece: Piece,
    /// The offset in `rest`.
    at: usize,
    /// The text of the piece, split into the pieces within it.
    inner: Cut<'t>,
    /// The offsets of the commas before and after the piece in the text.
    before: Option<usize>,
    after: Option<usize>,
    /// Whether the piece follows an element or member that is not a piece, and whether it precedes one.
    follows: bool,
    precedes: bool,
}

impl<'t> Cut<'t> {
    /// Splits a text. The pieces must be sorted. One may be within another.
    #[must_use]
    pub fn new(text: &'t str, pieces: &[Piece]) -> Self {
        Self::of(text, 0..text.len(), pieces)
    }

    fn of(text: &'t str, range: Range<usize>, mut pieces: &[Piece]) -> Self {
        let mut cut = Self { text, rest: String::new(), holes: Vec::new() };
        let mut copied = range.start;
        while let Some((piece, others)) = pieces.split_first() {
            let within = others.partition_point(|other| other.span().start < piece.span().end);
            let (inner, others) = others.split_at(within);
            pieces = others;
            let mut hole = cut.hole(*piece, inner);
            let span = hole.span_with_comma();
            cut.rest.push_str(&text[copied..span.start]);
            copied = span.end;
            hole.at = cut.rest.len();
            cut.holes.push(hole);
        }
        cut.rest.push_str(&text[copied..range.end]);
        cut.look_ahead();
        cut
    }

    fn hole(&self, piece: Piece, inner: &[Piece]) -> Hole<'t> {
        let (span, bytes) = (piece.span(), self.text.as_bytes());
        let comma = |at: Option<usize>| at.filter(|at| bytes[*at] == b',');
        let before = comma(bytes[..span.start].iter().rposition(|byte| !byte.is_ascii_whitespace()));
        let after = comma(bytes[span.end..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|at| span.end + at));
        let previous = self.holes.last().filter(|hole| hole.piece.container == piece.container && hole.after == before);
        let follows = before.is_some() && previous.is_none_or(|hole| hole.follows);
        Hole { piece, at: 0, inner: Self::of(self.text, span, inner), before, after, follows, precedes: false }
    }

    /// Sets `precedes` of each hole.
    fn look_ahead(&mut self) {
        let mut next: Option<(u32, Option<usize>, bool)> = None;
        for hole in self.holes.iter_mut().rev() {
            hole.precedes = match next {
                Some((container, before, precedes)) if container == hole.piece.container && before == hole.after => precedes,
                _ => hole.after.is_some(),
            };
            next = Some((hole.piece.container, hole.before, hole.precedes));
        }
    }

    /// Returns the text with only these pieces, which must be sorted, and everything that is not in a piece. A piece within
    /// another is kept only if the other is kept too.
    #[must_use]
    pub fn with(&self, kept: &[Piece]) -> String {
        let mut text = String::new();
        self.write(kept, &mut text);
        text
    }

    fn write(&self, mut kept: &[Piece], text: &mut String) {
        let mut copied = 0;
        // The last kept piece, if it needs a comma before the next kept piece of the same array or object.
        let mut open: Option<&Hole<'t>> = None;
        while let Some((piece, others)) = kept.split_first() {
            let within = others.partition_point(|other| other.span().start < piece.span().end);
            let (inner, others) = others.split_at(within);
            kept = others;
            let Ok(index) = self.holes.binary_search_by_key(piece, |hole| hole.piece) else { continue };
            let hole = &self.holes[index];
            let (span, with_comma) = (piece.span(), hole.span_with_comma());
            if let Some(previous) = open.filter(|previous| previous.piece.container == piece.container) {
                text.push_str(&self.text[previous.piece.span().end..previous.span_with_comma().end]);
            }
            text.push_str(&self.rest[copied..hole.at]);
            copied = hole.at;
            text.push_str(&self.text[with_comma.start..span.start]);
            hole.inner.write(inner, text);
            if hole.precedes {
                text.push_str(&self.text[span.end..with_comma.end]);
            }
            open = Some(hole).filter(|hole| !hole.follows && !hole.precedes);
        }
        text.push_str(&self.rest[copied..]);
    }
}

impl Hole<'_> {
    /// Returns the range of the piece and the comma that is cut out with it: the comma before it, or the comma after it if
    /// only pieces precede it in its array or object.
    fn span_with_comma(&self) -> Range<usize> {
        let span = self.piece.span();
        match (self.follows, self.before, self.after) {
            (true, Some(before), _) => before..span.end,
            (false, _, Some(after)) => span.start..after + 1,
            _ => span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Document, Value};
    use super::*;

    /// Returns the body with only those numbers in the array `a` that are in `kept`. Only numbers are pieces.
    fn with(body: &str, kept: &[&str]) -> String {
        let document = Document::parse(body.as_bytes()).expect("JSON");
        let pieces: Vec<Piece> = document.root().get("a").elements().filter(|value| value.is_number()).map(Value::piece).collect();
        let kept: Vec<Piece> = pieces.iter().copied().filter(|piece| kept.contains(&&body[piece.span()])).collect();
        let text = Cut::new(body, &pieces).with(&kept);
        serde_json::from_str::<serde_json::Value>(&text).expect(&text);
        text.replace(' ', "")
    }

    #[test]
    fn one_comma_is_cut_with_each_piece() {
        let numbers = ["1", "2", "3", "4"];
        for (body, others) in [
            (r#"{"a":[1, 2 ,3,4]}"#, [None, None, None]),
            (r#"{"a":["u",1, 2 ,3,4]}"#, [Some("\"u\""), None, None]),
            (r#"{"a":[1, 2 ,3,4, "u"]}"#, [None, None, Some("\"u\"")]),
            (r#"{"a":[1, 2 ,"u", 3,4]}"#, [None, Some("\"u\""), None]),
            (r#"{"a":[{},1, 2 ,"u",3,4, []]}"#, [Some("{}"), Some("\"u\""), Some("[]")]),
        ] {
            for chosen in 0..16 {
                let kept: Vec<&str> =
                    numbers.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1).map(|(_, number)| *number).collect();
                let of = |range: &[&'static str]| range.iter().copied().filter(|number| kept.contains(number)).collect::<Vec<_>>();
                let elements: Vec<&str> =
                    others[0].into_iter().chain(of(&["1", "2"])).chain(others[1]).chain(of(&["3", "4"])).chain(others[2]).collect();
                assert_eq!(with(body, &kept), format!("{{\"a\":[{}]}}", elements.join(",")), "{kept:?}");
            }
        }
    }

    #[test]
    fn pieces_of_different_arrays_and_objects_are_independent() {
        let body = r#"{"a":[[1,2],[3]],"b":4,"c":5,"d":{}}"#;
        let document = Document::parse(body.as_bytes()).expect("JSON");
        let root = document.root();
        let outer: Vec<Value<'_>> = root.get("a").elements().collect();
        let inner: Vec<Piece> = outer.iter().flat_map(|array| array.elements()).map(Value::piece).collect();
        let outer: Vec<Piece> = outer.into_iter().map(Value::piece).collect();
        let members: Vec<Piece> = root.pieces("b").chain(root.pieces("c")).collect();
        let mut pieces = [outer.clone(), inner.clone(), members.clone()].concat();
        pieces.sort_unstable();
        let cut = Cut::new(body, &pieces);
        assert_eq!(cut.with(&[]), r#"{"a":[],"d":{}}"#);
        assert_eq!(cut.with(&[outer[0], inner[1]]), r#"{"a":[[2]],"d":{}}"#);
        assert_eq!(cut.with(&[outer[0], inner[0], outer[1], inner[2], members[1]]), r#"{"a":[[1],[3]],"c":5,"d":{}}"#);
        assert_eq!(cut.with(&pieces), body);
    }

    #[test]
    fn the_rest_is_unchanged() {
        let body = "[ 1 , 2,\n3 , 4 ]";
        let document = Document::parse(body.as_bytes()).expect("JSON");
        let pieces: Vec<Piece> = document.root().elements().map(Value::piece).collect();
        assert_eq!(Cut::new(body, &pieces).with(&pieces), body);
        assert_eq!(Cut::new(body, &pieces[1..3]).with(&[]), "[ 1  , 4 ]");
        assert_eq!(Cut::new(body, &pieces[..2]).with(&[]), "[  \n3 , 4 ]");
        assert_eq!(Cut::new(body, &pieces[2..]).with(&pieces[3..]), "[ 1 , 2 , 4 ]");
    }
}
