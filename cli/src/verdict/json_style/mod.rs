//! The same JSON as other serializers write it: white space, `\/`, and `\u` escapes.
//!
//! Only white space and the spelling of characters change. Members keep their order and numbers keep their digits, as they
//! do when JavaScript, Python, PHP or Go parses a body and serializes it.

mod style;
mod write;

use serde::de::IgnoredAny;

use style::{Slash, Space, Unicode};

const SPACES: [(Space, &str); 6] = [
    (Space::Kept, ""),
    (Space::None, "without white space, as JSON.stringify writes it"),
    (Space::AfterSeparators, "with a space after each `:` and `,`, as Python's json.dumps writes it"),
    (Space::Indent("  "), "indented by 2 spaces"),
    (Space::Indent("    "), "indented by 4 spaces"),
    (Space::Indent("\t"), "indented by tabs"),
];

const SLASHES: [(Slash, &str); 3] =
    [(Slash::Kept, ""), (Slash::Escaped, r"with `/` as `\/`, as PHP writes it"), (Slash::Plain, r"with `\/` as `/`")];

const UNICODES: [(Unicode, &str); 4] = [
    (Unicode::Kept, ""),
    (Unicode::Escaped, r"with `\u` escapes for non-ASCII characters"),
    (Unicode::Plain, r"with characters instead of `\u` escapes"),
    (Unicode::HtmlEscaped, r"with `\u` escapes for `<`, `>` and `&`, as Go writes it"),
];

/// A variant is at most this many times as long as the text, plus [`ALWAYS`] bytes. Genuine bodies are not nested deeply
/// enough to exceed this, but forged bodies can be.
const LONGEST: usize = 8;
const ALWAYS: usize = 4 * 1024;

/// The maximum number of bytes to write for one text, in all styles together.
const WORK: usize = 32 * 1024 * 1024;

/// Returns the text in each other style, with a description of the style, those with the fewest changes first. Returns none
/// if the text is not JSON.
///
/// The work is linear in the length of the text: variants that are too long are left out, and for a long text so are the
/// last styles.
pub(super) fn variants(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut styles = Vec::new();
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        for (space, in_space) in SPACES {
            for (slash, in_slash) in SLASHES.into_iter().filter(|(slash, _)| slash.applies(text)) {
                for (unicode, in_unicode) in UNICODES.into_iter().filter(|(unicode, _)| unicode.applies(text)) {
                    let words: Vec<&str> = [in_space, in_slash, in_unicode].into_iter().filter(|words| !words.is_empty()).collect();
                    styles.push((words, (space, slash, unicode)));
                }
            }
        }
    }
    styles.sort_by_key(|(words, _)| words.len());
    let limit = text.len().saturating_mul(LONGEST).saturating_add(ALWAYS);
    let mut work = WORK;
    styles
        .into_iter()
        .skip(1)
        .map_while(move |(words, (space, slash, unicode))| {
            work = work.checked_sub(text.len())?;
            let written = write::json(text, space, slash, unicode, limit);
            work = work.saturating_sub(written.as_ref().map_or(limit, String::len));
            Some(written.map(|written| (words.join(" and "), written)))
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, other: &str, words: &str) {
        let found = variants(text).find(|(_, variant)| variant == other);
        assert_eq!(found.map(|(words, _)| words).as_deref(), Some(words), "{text} as {other}");
    }

    #[test]
    fn white_space_matches_other_serializers() {
        let compact = r#"{"a":[1,{},[ ],"x: , y"],"b":{"c":1.50}}"#.replace("[ ]", "[]");
        let pretty = "{\n  \"a\": [\n    1,\n    {},\n    [],\n    \"x: , y\"\n  ],\n  \"b\": {\n    \"c\": 1.50\n  }\n}";
        let spaced = r#"{"a": [1, {}, [], "x: , y"], "b": {"c": 1.50}}"#;
        for text in [compact.as_str(), pretty, spaced] {
            let by_words = |words: &str| variants(text).find(|(known, _)| known.starts_with(words)).expect(words).1;
            assert_eq!(by_words("without white space"), compact);
            assert_eq!(by_words("with a space"), spaced);
            assert_eq!(by_words("indented by 2"), pretty);
            assert_eq!(by_words("indented by 4"), pretty.replace("  ", "    "));
            assert_eq!(by_words("indented by tabs"), pretty.replace("  ", "\t"));
        }
    }

    #[test]
    fn escapes_match_other_serializers() {
        has(r#"{"a":"/"}"#, r#"{"a":"\/"}"#, r"with `/` as `\/`, as PHP writes it");
        has(r#"{"a":"\/"}"#, r#"{"a":"/"}"#, r"with `\/` as `/`");
        has(r#"["é😀"]"#, r#"["\u00e9\ud83d\ude00"]"#, r"with `\u` escapes for non-ASCII characters");
        has(r#"["\u00e9\ud83d\ude00\u003c"]"#, r#"["é😀<"]"#, r"with characters instead of `\u` escapes");
        has(r#"["<&>"]"#, r#"["\u003c\u0026\u003e"]"#, r"with `\u` escapes for `<`, `>` and `&`, as Go writes it");
        has(r#"["é/"]"#, r#"["\u00e9\/"]"#, r"with `/` as `\/`, as PHP writes it and with `\u` escapes for non-ASCII characters");
    }

    #[test]
    fn required_escapes_and_lone_surrogates_stay() {
        let plain = |text: &str| variants(text).find(|(words, _)| words.starts_with("with characters instead")).expect("a variant").1;
        for text in [r#"["\u0022\u005c\u000a"]"#, r#"["\ud83d\u0041"]"#, r#"["\\u00e9\""]"#] {
            assert_eq!(plain(text).replace('A', r"\u0041"), text);
        }
        assert_eq!(variants("no JSON").count() + variants("{\"a\":1").count() + variants("").count(), 0);
    }

    #[test]
    fn the_work_is_linear_for_deep_nesting() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in [deep(40_000), format!("{}{}{}", "[".repeat(500), "1,".repeat(40_000) + "1", "]".repeat(500))] {
            for (words, variant) in variants(&text) {
                assert!(variant.len() <= text.len() * LONGEST + ALWAYS, "{words}: {} bytes", variant.len());
                assert!(!words.starts_with("indented"), "{words}");
            }
        }
        assert_eq!(variants(&deep(20)).filter(|(words, _)| words.starts_with("indented")).count(), 3);
        let long = format!("[{}\"/\u{e9}<\"]", "1, ".repeat(1_000_000));
        let written: usize = variants(&long).map(|(_, variant)| variant.len()).sum();
        assert!(written <= WORK + long.len() * LONGEST, "{written} bytes");
    }

    #[test]
    fn every_variant_is_the_same_json() {
        let text = r#" {"é\/😀/<\u003c" : [ 1e5 , true,null,"\\\"", {"x":{}} ] } "#;
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(variants(text).count(), 71);
        for (words, variant) in variants(text) {
            assert_eq!(read(&variant), read(text), "{words}: {variant}");
        }
    }
}
