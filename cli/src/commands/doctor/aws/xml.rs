//! Lookups in AWS's XML responses. Each service has its own XML namespace, which the lookups ignore.

use roxmltree::{Document, Node};

/// Returns the document, or `None` if the text is not XML.
pub(in super::super) fn parse(text: &str) -> Option<Document<'_>> {
    Document::parse(text).ok()
}

/// Lookups by an element's local name.
pub(in super::super) trait Named {
    /// Whether the element has that name.
    fn has_name(&self, name: &str) -> bool;
    /// Returns the trimmed text of the first child of that name.
    fn child_text(&self, name: &str) -> Option<String>;
}

impl Named for Node<'_, '_> {
    fn has_name(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }

    fn child_text(&self, name: &str) -> Option<String> {
        let child = self.children().find(|child| child.has_name(name))?;
        child.text().map(|text| text.trim().to_owned())
    }
}

/// Returns the `member` elements of all lists of that name.
pub(in super::super) fn members<'a>(document: &'a Document<'a>, list: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    let lists = document.descendants().filter(move |node| node.has_name(list));
    lists.flat_map(|list| list.children().filter(|child| child.has_name("member")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_a_list_are_found_in_any_namespace() {
        let text = r#"<R xmlns="http://a/"><Outputs><member><OutputKey> A </OutputKey></member><member/></Outputs></R>"#;
        let document = parse(text).expect("XML");
        let found: Vec<_> = members(&document, "Outputs").map(|member| member.child_text("OutputKey")).collect();
        assert_eq!(found, [Some("A".to_owned()), None]);
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let text = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
        assert_eq!(parse(&text).map(|document| members(&document, "Outputs").count()), Some(0));
        assert!(parse("<a>").is_none());
    }
}
