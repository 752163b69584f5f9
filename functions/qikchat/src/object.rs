//! Objects whose members are looked up many times. They are indexed in one pass, so the work is linear in the length of the
//! body, however many members a sender adds.

use std::borrow::Cow;

use shared::json::{Piece, Value};

use crate::vocabulary::WORDS;

/// An object and its members with known names. Of members with the same name, the last one counts.
pub(crate) struct Object<'d> {
    value: Value<'d>,
    known: Vec<(&'static str, Value<'d>)>,
}

impl<'d> Object<'d> {
    /// Indexes the members of a value, which has none if it is not an object.
    pub(crate) fn of(value: Value<'d>) -> Self {
        let mut known: Vec<(&'static str, Value<'d>)> = Vec::new();
        for (name, member) in value.members() {
            let Ok(word) = WORDS.binary_search(&&*name).map(|index| WORDS[index]) else { continue };
            match known.iter_mut().find(|(name, _)| *name == word) {
                Some(earlier) => earlier.1 = member,
                None => known.push((word, member)),
            }
        }
        Self { value, known }
    }

    /// Returns the object as a value.
    pub(crate) fn value(&self) -> Value<'d> {
        self.value
    }

    /// Returns the member with this name, or an absent value. A name outside the vocabulary costs another pass.
    pub(crate) fn get(&self, name: &str) -> Value<'d> {
        match self.known.iter().find(|(known, _)| *known == name) {
            Some((_, member)) => *member,
            None if WORDS.binary_search(&name).is_ok() => self.value.first_of(&[]),
            None => self.value.get(name),
        }
    }

    /// Returns the first of these members that is given, or an absent value.
    pub(crate) fn first_of(&self, names: &[&str]) -> Value<'d> {
        let given = names.iter().map(|name| self.get(name)).find(|value| value.is_given());
        given.unwrap_or_else(|| self.value.first_of(&[]))
    }
}

/// A member that is an object or an array.
pub(crate) struct Member<'d> {
    pub(crate) name: Cow<'d, str>,
    pub(crate) value: Value<'d>,
    /// The piece with the member and its name.
    pub(crate) piece: Piece,
}

/// Returns the members of an object that are objects or arrays, including those with the same name.
pub(crate) fn containers(object: Value<'_>) -> Vec<Member<'_>> {
    let members = object.members().zip(object.member_pieces()).map(|((name, value), piece)| Member { name, value, piece });
    members.filter(|member| member.value.is_object() || member.value.is_array()).collect()
}

/// Returns the members with this name that are objects.
pub(crate) fn objects<'m, 'd>(members: &'m [Member<'d>], name: &'static str) -> impl Iterator<Item = &'m Member<'d>> {
    members.iter().filter(move |member| member.name == name && member.value.is_object())
}

/// Returns the elements of the members with this name that are arrays.
pub(crate) fn elements<'d>(members: &[Member<'d>], name: &'static str) -> impl Iterator<Item = Value<'d>> {
    members.iter().filter(move |member| member.name == name).flat_map(|member| member.value.elements())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::json::Document;

    #[test]
    fn the_index_finds_the_same_members_as_the_value() {
        let body = r#"{"id":"1","\u0069d":"2","from":null,"other":"x","text":{"body":"b"},"to":""}"#;
        let document = Document::parse(body.as_bytes()).expect("JSON");
        let object = Object::of(document.root());
        for name in ["id", "from", "text", "to", "type", "other", "another"] {
            assert_eq!(object.get(name).raw(), document.root().get(name).raw(), "{name}");
        }
        assert_eq!(object.first_of(&["from", "to", "id"]).text().as_deref(), Some("2"));
        assert!(!object.first_of(&["from", "to"]).is_given() && object.known.len() == 5 - 1);
        assert_eq!(containers(document.root()).iter().map(|member| &*member.name).collect::<Vec<_>>(), ["text"]);
    }

    #[test]
    fn a_value_other_than_an_object_has_no_members() {
        let document = Document::parse(b"[1]").expect("JSON");
        assert!(!Object::of(document.root()).get("id").is_given());
    }
}
