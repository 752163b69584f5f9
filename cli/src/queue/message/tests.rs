use super::*;

/// Returns a message with that id, group and provider.
pub(crate) fn stored_message(id: &str, group: &str, provider: &str) -> StoredMessage {
    let body = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/acme", "type": format!("com.{provider}.message"), "subject": format!("key of {group}"),
        "time": "2026-01-02T03:04:05Z",
        "data": {"provider": provider, "kind": "message", "conversation": group, "message": {"text": "hush"}}
    });
    StoredMessage {
        body: body.to_string(),
        attributes: BTreeMap::from([("provider".to_owned(), Attribute::Text(provider.to_owned()))]),
        group_id: Some(group.to_owned()),
        deduplication_id: Some(id.to_owned()),
        trace: None,
    }
}

#[test]
fn a_line_of_an_export_round_trips() {
    let mut message = stored_message("a", "g", "acme");
    message.attributes.insert("count".to_owned(), Attribute::Other { data_type: "Number".to_owned(), value: "5".to_owned() });
    let line = serde_json::to_string(&message).expect("JSON");
    assert!(line.contains(r#""attributes":{"count":{"type":"Number","value":"5"},"provider":"acme"}"#), "{line}");
    assert_eq!(serde_json::from_str::<StoredMessage>(&line).expect("a message"), message);
    assert!(serde_json::from_str::<StoredMessage>(r#"{"body":"{}","group":"typo"}"#).is_err());
}

#[test]
fn a_group_is_kept_only_on_a_queue_of_the_same_kind() {
    let of_fifo = stored_message("a", "g", "acme");
    let of_standard = StoredMessage { deduplication_id: None, ..of_fifo.clone() };
    let group = |message: &StoredMessage, is_fifo| message.group(is_fifo).expect("a group");
    assert_eq!((group(&of_fifo, true), group(&of_standard, false)), ("g".to_owned(), "g".to_owned()));
    assert_eq!((group(&of_standard, true), group(&of_fifo, false)), ("key of g".to_owned(), tenant("/acme")));
    let without = StoredMessage { group_id: None, ..of_standard };
    assert_eq!((group(&without, true), group(&without, false)), ("key of g".to_owned(), tenant("/acme")));
    let no_event = StoredMessage { body: "no event".to_owned(), ..without };
    assert_eq!((no_event.group(true).as_deref(), no_event.group(false)), (Some("-"), None));
}

#[test]
fn only_a_dead_letter_of_the_worker_loses_its_reason() {
    let with = |reason: &str| {
        let mut message = stored_message("a", "g", "acme");
        message
            .attributes
            .extend([(REASON, reason), (STATUS, "422")].map(|(name, value)| (name.to_owned(), Attribute::Text(value.to_owned()))));
        message
    };
    assert_eq!(with("refused").without_dead_letter_attributes(), stored_message("a", "g", "acme"));
    let mut invalid = with("invalid");
    invalid.attributes.remove(REASON);
    assert_eq!(with("invalid").without_dead_letter_attributes(), invalid, "the sender set the status");
    assert_eq!(with("not_json").without_dead_letter_attributes(), with("not_json"));
}

#[test]
fn a_quarantined_message_is_malformed_and_a_refused_one_is_not() {
    let with = |reason: &str| {
        let mut message = stored_message("a", "g", "acme");
        message.attributes.insert(REASON.to_owned(), Attribute::Text(reason.to_owned()));
        message.malformed()
    };
    assert_eq!([with("refused"), with("not_json"), with("invalid")].map(|reason| reason.unwrap_or_default()), ["", "not_json", "invalid"]);
    assert_eq!(stored_message("a", "g", "acme").malformed(), None);
    assert_eq!(StoredMessage { body: "no event".to_owned(), ..stored_message("a", "g", "acme") }.malformed().as_deref(), Some("invalid"));
}

#[test]
fn the_attributes_summarize_a_body_that_is_not_an_event() {
    let summary = StoredMessage { body: "no event".to_owned(), ..stored_message("a", "g", "acme") }.summary();
    assert_eq!((summary.provider.as_str(), summary.kind.as_str(), summary.id.as_str()), ("acme", "-", "a"));
}
