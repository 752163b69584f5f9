//! JSON as a tree that can be changed anywhere, and that can have duplicate members.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

/// A value of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    Object(Vec<(String, Tree)>),
    Array(Vec<Tree>),
    /// A scalar, as written.
    Scalar(String),
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Object(members) => Self::Object(members.iter().map(|(name, value)| (name.clone(), value.into())).collect()),
            Value::Array(elements) => Self::Array(elements.iter().map(Into::into).collect()),
            scalar => Self::Scalar(scalar.to_string()),
        }
    }
}

impl Display for Tree {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let separator = |index: usize| if index == 0 { "" } else { "," };
        match self {
            Self::Object(members) => {
                out.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(out, "{}{}:{value}", separator(index), Value::from(name.as_str()))?;
                }
                out.write_str("}")
            }
            Self::Array(elements) => {
                out.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(out, "{}{element}", separator(index))?;
                }
                out.write_str("]")
            }
            Self::Scalar(text) => out.write_str(text),
        }
    }
}

impl Tree {
    /// Returns how many values the tree has, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + self.children().map(Self::size).sum::<usize>()
    }

    /// Returns the indexes of the objects and arrays in the tree.
    pub(crate) fn structures(&self) -> Vec<usize> {
        let mut indexes = Vec::new();
        let mut next = usize::from(!matches!(self, Self::Scalar(_)));
        indexes.extend((next == 1).then_some(0));
        for child in self.children() {
            indexes.extend(child.structures().iter().map(|index| next + index));
            next += child.size();
        }
        indexes
    }

    /// Returns the value at this index in pre-order: the tree itself at 0, then its descendants.
    pub(crate) fn at(&mut self, index: usize) -> Option<&mut Self> {
        if index == 0 {
            return Some(self);
        }
        let mut rest = index - 1;
        let children: Box<dyn Iterator<Item = &mut Self>> = match self {
            Self::Object(members) => Box::new(members.iter_mut().map(|(_, value)| value)),
            Self::Array(elements) => Box::new(elements.iter_mut()),
            Self::Scalar(_) => Box::new(std::iter::empty()),
        };
        for child in children {
            let size = child.size();
            if rest < size {
                return child.at(rest);
            }
            rest -= size;
        }
        None
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Object(members) => Box::new(members.iter().map(|(_, value)| value)),
            Self::Array(elements) => Box::new(elements.iter()),
            Self::Scalar(_) => Box::new(std::iter::empty()),
        }
    }
}
