//! Mutations that turn samples into other bodies: some that senders produce, and some that no sender would.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::tree::Tree;

/// Values that are easily mistaken for something else.
const ODD: [&str; 16] = [
    "null",
    "\"\"",
    "0",
    "-0",
    "1e999",
    "true",
    "[]",
    "{}",
    "[{}]",
    "\"0\"",
    "\"a:b\"",
    "\"%3A\"",
    "\"half \\ud83d\"",
    "\"+1 (202) 555-0142\"",
    "\"US.1349\"",
    "9007199254740993",
];

/// One change to a body.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// Duplicates an element or a member.
    Repeat(Index, Index),
    /// Adds an element or a member of another body.
    Borrow(Index, Index, Index),
    /// Removes an element or a member.
    Remove(Index, Index),
    /// Replaces a value.
    Replace(Index, &'static str),
    /// Wraps a value in an array.
    Wrap(Index),
}

impl Change {
    /// Returns a strategy for any change.
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let index = any::<Index>;
        prop_oneof![
            4 => (index(), index()).prop_map(|(at, which)| Self::Repeat(at, which)),
            4 => (index(), index(), index()).prop_map(|(at, from, which)| Self::Borrow(at, from, which)),
            2 => (index(), index()).prop_map(|(at, which)| Self::Remove(at, which)),
            3 => (index(), proptest::sample::select(&ODD[..])).prop_map(|(at, value)| Self::Replace(at, value)),
            1 => index().prop_map(Self::Wrap),
        ]
    }

    /// Applies the change to a body; `other` is another body of the same webhook.
    pub(crate) fn apply(&self, body: &mut Tree, other: &mut Tree) {
        match self {
            Self::Repeat(at, which) => match pick_structure(body, at) {
                Tree::Object(members) if !members.is_empty() => members.push(members[which.index(members.len())].clone()),
                Tree::Array(elements) if !elements.is_empty() => elements.push(elements[which.index(elements.len())].clone()),
                _ => {}
            },
            Self::Borrow(at, from, which) => match (pick_structure(body, at), pick_structure(other, from)) {
                (Tree::Object(members), Tree::Object(others)) if !others.is_empty() => {
                    members.push(others[which.index(others.len())].clone())
                }
                (Tree::Array(elements), Tree::Array(others)) if !others.is_empty() => {
                    elements.push(others[which.index(others.len())].clone())
                }
                (Tree::Array(elements), other) => elements.push(other.clone()),
                _ => {}
            },
            Self::Remove(at, which) => match pick_structure(body, at) {
                Tree::Object(members) if !members.is_empty() => drop(members.remove(which.index(members.len()))),
                Tree::Array(elements) if !elements.is_empty() => drop(elements.remove(which.index(elements.len()))),
                _ => {}
            },
            Self::Replace(at, value) => *pick(body, at) = Tree::Scalar((*value).to_owned()),
            Self::Wrap(at) => {
                let value = pick(body, at);
                *value = Tree::Array(vec![value.clone()]);
            }
        }
    }
}

fn pick<'t>(tree: &'t mut Tree, at: &Index) -> &'t mut Tree {
    let index = at.index(tree.size());
    tree.at(index).expect("an index within its size")
}

/// Returns an object or array in the tree, or the tree itself if it has none.
fn pick_structure<'t>(tree: &'t mut Tree, at: &Index) -> &'t mut Tree {
    let indexes = tree.structures();
    let index = if indexes.is_empty() { 0 } else { indexes[at.index(indexes.len())] };
    tree.at(index).expect("an index within its size")
}
