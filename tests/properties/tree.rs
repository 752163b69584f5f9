//! JSON as a tree that can be changed anywhere, and may have several members of one name.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

/// A value of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    Object(Vec<(String, Tree)>),
    Array(Vec<Tree>),
    /// A scalar, as it is written.
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
        let separator = |place: usize| if place == 0 { "" } else { "," };
        match self {
            Self::Object(members) => {
                out.write_str("{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    write!(out, "{}{}:{value}", separator(place), Value::from(name.as_str()))?;
                }
                out.write_str("}")
            }
            Self::Array(elements) => {
                out.write_str("[")?;
                for (place, element) in elements.iter().enumerate() {
                    write!(out, "{}{element}", separator(place))?;
                }
                out.write_str("]")
            }
            Self::Scalar(text) => out.write_str(text),
        }
    }
}

impl Tree {
    /// How many values it has, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + self.children().map(Self::size).sum::<usize>()
    }

    /// Returns the places of the objects and arrays in it.
    pub(crate) fn structures(&self) -> Vec<usize> {
        let mut places = Vec::new();
        let mut next = usize::from(!matches!(self, Self::Scalar(_)));
        places.extend((next == 1).then_some(0));
        for child in self.children() {
            places.extend(child.structures().iter().map(|place| next + place));
            next += child.size();
        }
        places
    }

    /// Returns the value at this place: itself at 0, then its children and theirs.
    pub(crate) fn at(&mut self, place: usize) -> Option<&mut Self> {
        if place == 0 {
            return Some(self);
        }
        let mut rest = place - 1;
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
