//! The trace that a request belongs to, as an X-Ray header and in the W3C format.
//!
//! Callers can set this header. A malformed value is ignored: it is neither logged nor forwarded.

/// An X-Ray trace header: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0 or 1>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace<'h> {
    id: &'h str,
    parent: Option<&'h str>,
    is_sampled: bool,
}

impl<'h> Trace<'h> {
    /// Parses a header, or returns `None` if it is malformed. Unknown parts such as `Lineage` are ignored.
    #[must_use]
    pub fn parse(header: &'h str) -> Option<Self> {
        let part = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let id = part("Root").filter(|root| id_parts(root).is_some())?;
        let parent = part("Parent");
        let is_well_formed = parent.is_none_or(|parent| is_hex(parent, 16));
        is_well_formed.then(|| Self { id, parent, is_sampled: part("Sampled") == Some("1") })
    }

    /// Returns the trace id in X-Ray's format.
    #[must_use]
    pub fn id(self) -> &'h str {
        self.id
    }

    /// Returns the value of the W3C header `traceparent`, or `None` without a parent.
    #[must_use]
    pub fn traceparent(self) -> Option<String> {
        let (time, random) = id_parts(self.id)?;
        let flags = if self.is_sampled { "01" } else { "00" };
        Some(format!("00-{time}{random}-{}-{flags}", self.parent?))
    }
}

/// Returns whether a text is a value of the W3C header `traceparent`, version 00.
#[must_use]
pub fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        ["00", trace, parent, flags] => is_hex(trace, 32) && is_hex(parent, 16) && (flags == "00" || is_hex(flags, 2)),
        _ => false,
    }
}

/// Returns the time and the random part of a trace id, or `None` if it is malformed.
fn id_parts(id: &str) -> Option<(&str, &str)> {
    let (time, random) = id.strip_prefix("1-")?.split_once('-')?;
    (is_hex(time, 8) && is_hex(random, 24)).then_some((time, random))
}

/// Returns whether a text consists of this many lowercase hex digits. All zeros are rejected: the W3C format forbids them,
/// and X-Ray never sends them.
fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == length && text.bytes().all(is_digit) && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1-5759e988-bd862e3fe1be46a994272793";

    fn traceparent(header: &str) -> Option<String> {
        Trace::parse(header)?.traceparent()
    }

    #[test]
    fn a_header_converts_to_the_w3c_format() {
        for (sampled, flags) in [("Sampled=1", "01"), ("Sampled=0", "00"), ("Sampled=?", "00"), ("Lineage=1:a87bd80c:0", "00")] {
            let header = format!("Root={ID};Parent=53995c3f42cd8ad8;{sampled}");
            assert_eq!(traceparent(&header), Some(format!("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-{flags}")));
            assert!(traceparent(&header).is_some_and(|made| is_traceparent(&made)));
            assert_eq!(Trace::parse(&header).map(Trace::id), Some(ID));
        }
        let spaced = format!(" Sampled=1 ; Parent=53995c3f42cd8ad8; Root={ID} ");
        assert_eq!(traceparent(&spaced).as_deref(), Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"));
    }

    #[test]
    fn other_texts_are_not_traceparents() {
        for text in [
            "",
            "00",
            "ada@example.com",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more",
            "01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
            "00-5759e988bd862e3fe1be46a994272793-0000000000000000-01",
            "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
            "00-5759E988BD862E3FE1BE46A994272793-53995c3f42cd8ad8-01",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-0",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01\n",
        ] {
            assert!(!is_traceparent(text), "{text}");
        }
    }

    #[test]
    fn without_a_parent_there_is_only_an_id() {
        let header = format!("Root={ID}");
        assert_eq!((Trace::parse(&header).map(Trace::id), traceparent(&header)), (Some(ID), None));
    }

    #[test]
    fn a_malformed_header_is_not_a_trace() {
        for header in [
            "",
            "1-x",
            ID,
            "Root=ada@example.com",
            "Root=1-5759e988-bd862e3fe1be46a99427279",
            "Root=1-5759e988-BD862E3FE1BE46A994272793",
            "Root=1-5759e988-bd862e3fe1be46a99427279é",
            "Root=1-00000000-bd862e3fe1be46a994272793",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=x",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0000000000000000",
            "Parent=53995c3f42cd8ad8;Sampled=1",
        ] {
            assert_eq!(Trace::parse(header), None, "{header}");
        }
    }
}
