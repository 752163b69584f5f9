//! The headers of an HTTP event, in one format for all triggers.

use std::collections::{BTreeMap, btree_map};

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::trigger::lenient::{FromValue, Lenient, MAX_ELEMENTS};

/// Headers: each name once, in lowercase, with its values joined by commas as an HTTP API joins them.
///
/// A value that is neither a string nor a list of strings is skipped.
#[derive(Default)]
pub(super) struct Headers(BTreeMap<String, String>);

impl Headers {
    /// Adds the headers of another member that are not in this one. If a name is in both, this one already has all of its
    /// values.
    pub(super) fn or(mut self, others: Self) -> Self {
        for (name, value) in others.0 {
            self.0.entry(name).or_insert(value);
        }
        self
    }
}

impl IntoIterator for Headers {
    type Item = (String, String);
    type IntoIter = btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de> FromValue<'de> for Headers {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        let mut headers = BTreeMap::<String, String>::new();
        while headers.len() < MAX_ELEMENTS {
            let Some((mut name, Lenient(values))) = object.next_entry::<String, Lenient<Values>>()? else {
                return Ok(Some(Self(headers)));
            };
            let Some(value) = values.map(|Values(values)| values.join(",")) else { continue };
            name.make_ascii_lowercase();
            let joined = headers.entry(name).and_modify(|joined| joined.push(','));
            joined.or_default().push_str(&value);
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(Self(headers)))
    }
}

/// The values of one name: a string or a list of strings.
pub(super) struct Values(pub(super) Vec<String>);

impl<'de> FromValue<'de> for Values {
    fn from_text(text: &str) -> Option<Self> {
        Some(Self(vec![text.to_owned()]))
    }

    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        Ok(Vec::from_list(list)?.map(Self))
    }
}
