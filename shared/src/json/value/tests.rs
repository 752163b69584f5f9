use super::*;

#[test]
fn numbers_are_kept_as_written() {
    let document =
        Document::parse(br#"{"a":9223372036854775807,"b":123456789012345678901,"c":0,"d":"0","e":-0.0,"f":1.50}"#).expect("JSON");
    let text = |name: &str| document.root().get(name).text();
    assert_eq!(text("a").as_deref(), Some("9223372036854775807"));
    assert_eq!(text("b").as_deref(), Some("123456789012345678901"));
    assert_eq!((text("c"), text("e"), text("none")), (None, None, None));
    assert_eq!(text("d").as_deref(), Some("0"));
    assert_eq!(text("f").as_deref(), Some("1.50"));
}

#[test]
fn a_number_out_of_range_affects_only_itself() {
    let document = Document::parse(br#"{"a":{"b":1e999,"c":"d"},"e":[1e999,7]}"#).expect("JSON");
    let root = document.root();
    assert!(!root.get("a").get("b").is_given());
    assert_eq!(root.get("a").get("b").text(), None);
    assert!(root.get("a").get("c").is("d"));
    assert_eq!(root.get("e").elements().filter_map(Value::size).collect::<Vec<_>>(), [7]);
}

#[test]
fn a_size_is_an_integer_that_every_json_parser_represents_exactly() {
    for (json, size) in [
        ("1", Some(1)),
        ("9007199254740991", Some(MAX_INTEGER)),
        ("\"9007199254740991\"", Some(MAX_INTEGER)),
        ("9007199254740992", None),
        ("\"9007199254740992\"", None),
        ("18446744073709551615", None),
        ("18446744073709551616", None),
        ("0", None),
        ("\"0\"", None),
        ("-1", None),
        // Not only digits.
        ("7.0", None),
        ("7e0", None),
        ("9.007199254740991e15", None),
        ("\"7e3\"", None),
        ("\"1e999\"", None),
        ("\"seven\"", None),
        ("null", None),
        ("[7]", None),
    ] {
        assert_eq!(Document::parse(json.as_bytes()).expect("JSON").root().size(), size, "{json}");
    }
}

#[test]
fn degrees_are_within_the_limit() {
    for (json, degrees) in [
        ("-90", Some(-90.0)),
        ("\"90.0\"", Some(90.0)),
        ("9e1", Some(90.0)),
        ("0", Some(0.0)),
        ("90.1", None),
        ("-1e300", None),
        ("1e999", None),
        ("\"inf\"", None),
        ("\"NaN\"", None),
        ("null", None),
    ] {
        assert_eq!(Document::parse(json.as_bytes()).expect("JSON").root().degrees(90.0), degrees, "{json}");
    }
}

#[test]
fn the_last_member_with_a_repeated_name_counts() {
    let document = Document::parse(br#"{"a":"1","\u0061":"2"}"#).expect("JSON");
    assert!(document.root().get("a").is("2"));
    assert_eq!(document.root().pieces("a").count(), 2);
    assert!(document.root().member_pieces().eq(document.root().pieces("a")));
}

#[test]
fn nothing_contains_nothing() {
    let document = Document::parse(b"[]").expect("JSON");
    let nothing = document.root().get("a").get("b").first();
    assert!(!nothing.is_given() && !nothing.is_object() && !nothing.has("c"));
    assert_eq!((nothing.text(), nothing.elements().count(), nothing.members().count(), nothing.raw()), (None, 0, 0, ""));
}

#[test]
fn empty_and_zero_values_are_not_given() {
    for (json, is_given) in [
        ("null", false),
        ("false", false),
        ("true", true),
        ("\"\"", false),
        ("\"0\"", true),
        ("0", false),
        ("-0.0e5", false),
        ("1e999", false),
        ("-1", true),
        ("[]", false),
        ("[null]", true),
        ("{}", false),
        ("{\"a\":null}", true),
    ] {
        assert_eq!(Document::parse(json.as_bytes()).expect("JSON").root().is_given(), is_given, "{json}");
    }
}
