//! The fields of a message, which can be on more than one level of the body.

use shared::json::Value;

/// The objects that can hold a field, innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'v, 'd>(pub(crate) &'v [Value<'d>]);

impl<'d> Fields<'_, 'd> {
    /// Returns the field's text from the first object that has one.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        self.0.iter().find_map(|object| object.get(name).text())
    }

    /// Returns the field from the first object in which it is a non-empty object.
    pub(crate) fn object(self, name: &str) -> Option<Value<'d>> {
        self.0.iter().map(|object| object.get(name)).find(|value| value.is_object() && value.is_given())
    }

    /// Returns the field as a size in bytes, from the first object that has one.
    pub(crate) fn size(self, name: &str) -> Option<u64> {
        self.0.iter().find_map(|object| object.get(name).size())
    }
}
