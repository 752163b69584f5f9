//! The JSON index compared with `serde_json`: both accept the same texts, with the same values.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use shared::json::{Cut, Document, Piece, Value};

/// Fragments that are concatenated to texts that are almost JSON.
const FRAGMENTS: &[&str] = &[
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

fn fragments() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(FRAGMENTS), 0..24).prop_map(|fragments| fragments.concat())
}

/// Generates a JSON value with up to five levels.
fn json() -> impl Strategy<Value = Json> {
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

/// Replaces each lone surrogate escape and removes the byte order mark, because `serde_json` rejects them.
fn acceptable(text: &str) -> String {
    let mut acceptable = String::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while let Some(at) = rest.find('\\') {
        let unit = |at: usize| {
            u16::from_str_radix(
                rest.get(at..)?.strip_prefix("\\u")?.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?,
                16,
            )
            .ok()
        };
        acceptable.push_str(&rest[..at]);
        let (escape, length) = match (unit(at), unit(at + 6)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => (&rest[at..at + 12], 12),
            (Some(0xD800..0xE000), _) => ("\\ufffd", 6),
            (Some(_), _) => (&rest[at..at + 6], 6),
            (None, _) => {
                let length = 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8);
                (&rest[at..at + length], length)
            }
        };
        acceptable.push_str(escape);
        rest = &rest[at + length..];
    }
    acceptable + rest
}

/// Converts the value to a `serde_json` value. `None` if a number is outside the range of `f64`.
fn to_json(value: Value<'_>) -> Option<Json> {
    if value.is_object() {
        return value.members().map(|(name, value)| Some((name.into_owned(), to_json(value)?))).collect();
    }
    if value.is_array() {
        return value.elements().map(to_json).collect();
    }
    match value.string() {
        Some(text) => Some(text.into()),
        None if value.raw() == "\"\"" => Some("".into()),
        None => serde_json::from_str(value.raw()).ok(),
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let acceptable = acceptable(text);
    let document = Document::parse(text.as_bytes());
    prop_assert_eq!(document.is_ok(), serde_json::from_str::<IgnoredAny>(&acceptable).is_ok(), "{}", text);
    let Ok(document) = document else { return Ok(()) };
    prop_assert_eq!(to_json(document.root()), serde_json::from_str::<Json>(&acceptable).ok());
    Ok(())
}

/// Returns every element and member of a value, outer ones first.
fn pieces(value: Value<'_>) -> Vec<Piece> {
    let mut all = Vec::new();
    for element in value.elements() {
        all.push(element.piece());
        all.extend(pieces(element));
    }
    for (name, member) in value.members() {
        all.extend(value.pieces(&name).filter(|piece| piece.span().end == member.span().end));
        all.extend(pieces(member));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_parsed_or_rejected(bytes: Vec<u8>) {
        match std::str::from_utf8(&bytes) {
            Ok(text) => check(text)?,
            Err(_) => prop_assert!(Document::parse(&bytes).is_err()),
        }
    }

    #[test]
    fn fragments_are_json_if_serde_json_accepts_them(text in fragments()) {
        check(&text)?;
    }

    #[test]
    fn a_serialized_value_survives_a_round_trip(json in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.expect("JSON");
        check(&text)?;
    }

    #[test]
    fn escapes_decode_as_utf_16(
        units in prop::collection::vec(prop_oneof![Just(0xD83D), Just(0xDE00), 0xD800..0xE000_u16, any::<u16>()], 0..12), raw: Vec<bool>,
    ) {
        // Units that are characters by themselves are left unescaped where `raw` is true.
        let plain = |index: usize, unit: u16| char::from_u32(unit.into()).filter(|c| raw.get(index) == Some(&true) && *c > '\\');
        let written = units.iter().enumerate().map(|(index, unit)| plain(index, *unit).map_or(format!("\\u{unit:04x}"), String::from));
        let text = format!("\"{}\"", written.collect::<String>());
        let document = Document::parse(text.as_bytes()).expect("JSON");
        prop_assert_eq!(document.root().string().unwrap_or_default(), String::from_utf16_lossy(&units));
    }

    #[test]
    fn a_body_reduced_to_any_of_its_pieces_is_json(json in json(), pretty: bool, cut: Vec<bool>, kept: Vec<bool>) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.expect("JSON");
        let document = Document::parse(text.as_bytes()).expect("JSON");
        let chosen = |pieces: &[Piece], choice: &[bool]| -> Vec<Piece> {
            let mut chosen: Vec<Piece> = pieces.iter().zip(choice).filter(|(_, chosen)| **chosen).map(|(piece, _)| *piece).collect();
            chosen.sort_unstable();
            chosen
        };
        let pieces = chosen(&pieces(document.root()), &cut);
        let kept = chosen(&pieces, &kept);
        let rest = Cut::new(&text, &pieces).with(&kept);
        prop_assert!(serde_json::from_str::<IgnoredAny>(&rest).is_ok(), "{}", rest);
        prop_assert!(rest.len() <= text.len());
        prop_assert_eq!(Cut::new(&text, &pieces).with(&pieces), text);
    }
}
