//! The fields of a message, which may stand on several levels of the body.

use shared::json::Value;

/// The objects that may hold a field, the innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'v, 'd>(pub(crate) &'v [Value<'d>]);

impl<'d> Fields<'_, 'd> {
    /// Returns a field's text, from the first object that gives one.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        self.0.iter().find_map(|object| object.get(name).text())
    }

    /// Returns a field that is an object, from the first object that has one.
    pub(crate) fn object(self, name: &str) -> Option<Value<'d>> {
        self.0.iter().map(|object| object.get(name)).find(|value| value.is_object() && value.is_given())
    }

    /// Returns a size in bytes.
    pub(crate) fn size(self, name: &str) -> Option<u64> {
        self.0.iter().find_map(|object| object.get(name).size())
    }
}
