//! The JSON reader against `serde_json` itself: the same texts are JSON, and they say the same.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use shared::json::{Element, Value, decode, parse};

/// Scraps from which texts are made that are almost JSON.
const SCRAPS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\"",
    "\"a\"",
    "\"a\":",
    "null",
    "true",
    "0",
    "-0",
    "1",
    "1.5e3",
    "1e999",
    "-1e-999",
    "18446744073709551616",
    "\\",
    "\\u",
    "\\ud83d",
    "\\uDE00",
    "\\u0041",
    "\\n",
    "\u{feff}",
    "é",
    "😀",
    "\u{1}",
    "\"\\ud83d\"",
    "[1,2]",
    "{\"b\":[]}",
];

fn scraps() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SCRAPS), 0..24).prop_map(|scraps| scraps.concat())
}

/// A JSON value of up to five levels, with member names that are not unique.
fn document() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e15..1e15).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map("[ab\"\\\\]{0,2}|\\PC", inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn to_json(value: &Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number.clone().into(),
        Value::String(text) => text.as_ref().into(),
        Value::Array(elements) => elements.iter().map(|element| to_json(&element.value)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone().into_owned(), to_json(value))).collect(),
        Value::Opaque => "opaque".into(),
    }
}

fn elements<'v, 't>(value: &'v Value<'t>) -> Vec<&'v Element<'t>> {
    match value {
        Value::Array(own) => own.iter().flat_map(|element| [vec![element], elements(&element.value)].concat()).collect(),
        Value::Object(members) => members.iter().flat_map(|(_, value)| elements(value)).collect(),
        _ => Vec::new(),
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let read = parse(text);
    prop_assert_eq!(read.is_ok(), is_json(text));
    let Ok(value) = read else { return Ok(()) };
    if let Ok(json) = serde_json::from_str::<Json>(text) {
        prop_assert_eq!(to_json(&value), json);
    }
    for element in elements(&value) {
        let alone = parse(&text[element.span.clone()]).expect("an element is JSON");
        prop_assert_eq!(to_json(&alone), to_json(&element.value));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        if let Ok(text) = decode(&bytes) {
            check(&text)?;
        }
    }

    #[test]
    fn scraps_are_json_where_serde_json_says_so(text in scraps()) {
        check(&text)?;
        check(&decode(text.as_bytes()).expect("UTF-8"))?;
    }

    #[test]
    fn a_document_is_what_it_was(document in document(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.expect("JSON");
        check(&text)?;
        let text = decode(text.as_bytes()).expect("UTF-8");
        prop_assert_eq!(to_json(&parse(&text).expect("JSON")), serde_json::from_str::<Json>(&text).expect("JSON"));
    }

    #[test]
    fn decoding_changes_lone_escapes_and_nothing_else(text in scraps()) {
        let decoded = decode(text.as_bytes()).expect("UTF-8");
        prop_assert_eq!(decoded.len(), text.len());
        let (old, new) = (text.as_bytes(), decoded.as_bytes());
        let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        prop_assert!(new[..at].iter().all(|byte| *byte == b' '));
        while at < old.len() {
            if old[at..].starts_with(b"\\u") && new[at..].starts_with(b"\\ufffd") && !old[at..].starts_with(b"\\ufffd") {
                let unit = u16::from_str_radix(&text[at + 2..at + 6], 16).expect("four hex digits");
                prop_assert!((0xD800..0xE000).contains(&unit));
                at += 6;
            } else {
                prop_assert_eq!(old[at], new[at]);
                at += 1;
            }
        }
        prop_assert_eq!(decode(new), Ok(decoded.clone()));
    }

    #[test]
    fn a_string_of_escapes_is_what_utf_16_says(
        units in prop::collection::vec(prop_oneof![Just(0xD83D), Just(0xDE00), 0xD800..0xE000_u16, any::<u16>()], 0..12), raw: Vec<bool>,
    ) {
        // Units that are characters by themselves stand there as they are, where `raw` says so.
        let plain = |place: usize, unit: u16| char::from_u32(unit.into()).filter(|c| raw.get(place) == Some(&true) && *c > '\\');
        let written = units.iter().enumerate().map(|(place, unit)| plain(place, *unit).map_or(format!("\\u{unit:04x}"), String::from));
        let text = format!("\"{}\"", written.collect::<String>());
        let decoded = decode(text.as_bytes()).expect("UTF-8");
        prop_assert_eq!(to_json(&parse(&decoded).expect("JSON")), Json::from(String::from_utf16_lossy(&units)));
    }
}
