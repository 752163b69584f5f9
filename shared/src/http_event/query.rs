//! The query of HTTP events that have parameters instead of a raw query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::{IgnoredAny, MapAccess};

use super::headers::Values;
use crate::trigger::lenient::{FromValue, Lenient, MAX_ELEMENTS};

/// All characters except the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The maximum length of a query in bytes: twice what a load balancer or API Gateway accepts, even with each byte encoded.
/// Parameters beyond it are left out. The limit is needed because an event has each name only once, while the query repeats it
/// for each value.
const MAX_BYTES: usize = 100_000;

/// Query parameters, in order. A parameter without `=` has an empty value.
#[derive(Default)]
pub(super) struct Parameters(Vec<(String, Vec<String>)>);

impl Parameters {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the query for a trigger that leaves names and values encoded.
    pub(super) fn as_sent(&self) -> String {
        self.query(|text, query| query.push_str(text))
    }

    /// Returns the query for a trigger that decodes names and values.
    pub(super) fn encoded(&self) -> String {
        self.query(|text, query| query.extend(utf8_percent_encode(text, RESERVED)))
    }

    fn query(&self, write: impl Fn(&str, &mut String)) -> String {
        let mut query = String::new();
        for (name, value) in self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value))) {
            let end = query.len();
            if end > 0 {
                query.push('&');
            }
            write(name, &mut query);
            query.push('=');
            write(value, &mut query);
            if query.len() > MAX_BYTES {
                query.truncate(end);
                break;
            }
        }
        query
    }
}

impl<'de> FromValue<'de> for Parameters {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        let mut parameters = Vec::new();
        while parameters.len() < MAX_ELEMENTS {
            let Some((name, Lenient(values))) = object.next_entry()? else { return Ok(Some(Self(parameters))) };
            parameters.extend(values.map(|Values(values)| (name, values)));
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(Self(parameters)))
    }
}
