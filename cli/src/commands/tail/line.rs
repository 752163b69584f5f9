//! Formats an event as one line.

use serde_json::json;

use crate::queue::Summary;
use crate::terminal::output::{BAD, BOLD, one_line};

/// The maximum number of characters shown of a value.
const SHOWN: usize = 500;

/// Formats the line as text. Makes control characters visible, and truncates long values.
pub(super) fn text(summary: &Summary, with_text: bool) -> String {
    let Summary { provider, kind, id, time, conversation, reason, text, .. } = summary;
    let shown = |text: &str| one_line(text, SHOWN);
    let (time, provider, id) = (shown(time), shown(provider), shown(id));
    let conversation = conversation.as_deref().map_or_else(|| "-".to_owned(), shown);
    let reason = reason.as_ref().map(|reason| format!("  {BAD}{}{BAD:#}", shown(reason))).unwrap_or_default();
    let text = text.as_ref().filter(|_| with_text).map(|text| format!("  {}", shown(text))).unwrap_or_default();
    format!("{time:<24}  {provider:<11}  {kind:<8}  {BOLD}{id}{BOLD:#}  {conversation}{reason}{text}")
}

/// Formats the line as JSON.
pub(super) fn json(summary: &Summary, with_text: bool) -> String {
    let Summary { provider, kind, id, time, conversation, reason, text, .. } = summary;
    let mut line = json!({"time": time, "provider": provider, "kind": kind, "id": id, "conversation": conversation, "reason": reason});
    if with_text {
        line["text"] = json!(text);
    }
    line.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::stored_message;

    #[test]
    fn what_people_wrote_is_shown_only_on_demand() {
        let summary = stored_message("kommo-1", "chat", "kommo").summary();
        let plain = |line: String| anstream::adapter::strip_str(&line).to_string();
        assert_eq!(plain(text(&summary, false)), "2026-01-02T03:04:05Z      kommo        message   kommo-1  chat");
        assert_eq!(plain(text(&summary, true)), "2026-01-02T03:04:05Z      kommo        message   kommo-1  chat  hush");
        let line = json(&summary, false);
        assert!(!line.contains("hush") && line.contains(r#""conversation":"chat""#), "{line}");
        assert!(json(&summary, true).contains(r#""text":"hush""#));
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let mut summary = stored_message("kommo-1", "chat\u{1b}[2J", "kommo").summary();
        summary.text = Some("a\u{7}\nb".to_owned());
        let line = text(&summary, true);
        assert!(line.contains("chat<U+001B>[2J") && line.ends_with("a<U+0007> b"), "{line:?}");
    }
}
