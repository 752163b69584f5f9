//! The flags that select messages by the content of their event.

use clap::Args;
use clap::builder::PossibleValuesParser;
use shared::event::Kind;

use crate::endpoints::provider_names;
use crate::queue::message::Summary;

/// The kinds of events.
const KINDS: [Kind; 6] = [Kind::Message, Kind::Status, Kind::Reaction, Kind::Typing, Kind::Notice, Kind::Unknown];

/// The selection flags. Without flags, all messages are selected.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which messages")]
pub(crate) struct Selection {
    /// Only messages of this provider
    #[arg(long, value_name = "PROVIDER", value_parser = PossibleValuesParser::new(provider_names()))]
    pub(crate) provider: Option<String>,

    /// Only messages of this kind
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(KINDS.map(Kind::as_str)))]
    pub(crate) kind: Option<String>,

    /// Only messages of the conversation with this id
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: Option<String>,
}

impl Selection {
    /// Returns whether a message is selected.
    pub(crate) fn has(&self, summary: &Summary) -> bool {
        let is = |wanted: &Option<String>, found: Option<&String>| wanted.is_none() || wanted.as_ref() == found;
        is(&self.provider, Some(&summary.provider))
            && is(&self.kind, Some(&summary.kind))
            && is(&self.conversation, summary.conversation.as_ref())
    }

    /// Returns whether every message is selected.
    pub(crate) fn is_all(&self) -> bool {
        self.provider.is_none() && self.kind.is_none() && self.conversation.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::message::tests::stored_message;

    #[test]
    fn every_flag_must_match() {
        let summary = stored_message("a", "g", "kommo").summary();
        let some = |text: &str| Some(text.to_owned());
        let has = |provider, kind, conversation| Selection { provider, kind, conversation }.has(&summary);
        assert!(has(None, None, None) && has(some("kommo"), some("message"), some("g")));
        assert!(!has(some("kore"), None, None) && !has(None, some("status"), None) && !has(None, None, some("h")));
        assert!(!has(some("kommo"), some("message"), some("h")));
    }
}
